import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openModelSession, type ModelSession } from '@pareto/testkit';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { inspectGraph } from '../../src/inspection/inspect.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { dynamicBatch } from '../../src/generate/dynamic-batch.js';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
} from '../../src/onnx/onnx-parts.js';
import { floatInput, numbersOf } from '../support/run-model.js';
import { makeModel } from '../support/make-model.js';
import { attending, convolutional, dense, recurrent, type RandomModel } from '../support/random-models.js';

const families = { attending, convolutional, dense, recurrent };

function rewritten(model: OnnxModel): OnnxModel {
  const rewrite = dynamicBatch.rewrite(model, new Map());
  if (rewrite.kind === 'declined') throw new Error(rewrite.reason);
  return rewrite.model;
}

const itemAt = (index: number, size: number): number[] =>
  Array.from({ length: size }, (_, at) => Math.sin(index * 31 + at * 7));

/** Asserts that the rewritten model returns the original's output for every item, in any batch. */
async function assertFollows({ model, dims }: RandomModel, fixed: number, batches = [1, 2, 5]): Promise<void> {
  const size = dims.reduce((a, b) => a * b, 1);
  await using original = await openModelSession(encodeOnnx(model));
  await using free = await openModelSession(encodeOnnx(rewritten(model)));
  const items = Array.from({ length: 10 }, (_, index) => itemAt(index, size));
  const run = async (session: ModelSession, from: number, count: number): Promise<number[][]> => {
    const rows = Array.from({ length: count }, (_, row) => items[(from + row) % items.length] ?? []);
    const [output] = await session.run([floatInput('x', [count, ...dims], rows.flat())]);
    if (output === undefined) throw new Error('no output');
    assert.equal(output.shape[0], count);
    const numbers = numbersOf(output);
    const width = numbers.length / count;
    return rows.map((_, row) => numbers.slice(row * width, (row + 1) * width));
  };
  const expected: number[][] = [];
  for (let from = 0; from < items.length; from += fixed) expected.push(...(await run(original, from, fixed)));
  for (const count of batches) {
    for (const [row, values] of (await run(free, 3, count)).entries()) {
      const wanted = expected[(3 + row) % items.length] ?? [];
      assert.ok(
        values.every((value, at) => Math.abs(value - (wanted[at] ?? NaN)) < 1e-4),
        `batch of ${count}, item ${row}`,
      );
    }
  }
}

describe('the dynamic-batch generator', function () {
  this.timeout(30_000);

  for (const [name, family] of Object.entries(families)) {
    it(`makes batches of 1 and 2 dynamic in ${name} networks`, () =>
      fc.assert(
        fc.asyncProperty(fc.nat(), fc.constantFrom(1, 2), (seed, size) => assertFollows(family(seed, size), size)),
        { numRuns: 3 },
      ));
  }

  it('returns a model with a batch dimension', () => {
    const { signature, dynamicDims } = inspectGraph(encodeOnnx(rewritten(convolutional(1, 1).model)));
    assert.deepEqual([signature.batched, dynamicDims], [true, ['batch']]);
    assert.deepEqual(signature.inputs, [{ name: 'x', datatype: 'FP32', dims: [3, 8, 8] }]);
  });

  it('renames a batch that has several names', () => {
    const { model } = dense(1, 'batch');
    const output = [makeValue('y', onnxTypes.float, ['n', 6])];
    const again = rewritten({ ...model, graph: { ...model.graph, output } });
    assert.deepEqual(inspectGraph(encodeOnnx(again)).signature.batched, true);
    assert.deepEqual(again.graph.node, model.graph.node);
  });

  interface Given {
    readonly node: readonly OnnxNode[];
    readonly initializer?: readonly OnnxTensor[];
    readonly dims?: readonly number[];
    readonly output?: readonly (number | string)[];
    readonly opset?: number;
  }
  const modelOf = ({ node, initializer = [], dims = [1, 2, 4, 4], output = [1, 'a'], opset = 13 }: Given): OnnxModel =>
    makeModel({
      node,
      initializer,
      opset,
      input: [makeValue('x', onnxTypes.float, dims)],
      output: [makeValue('y', onnxTypes.float, output)],
    });
  const op = (type: string, input: readonly string[], output: string, attribute: readonly OnnxAttribute[] = []) =>
    makeNode(type, input, [output], { attribute });

  const follows: readonly [string, Given][] = [
    [
      'in the sizes of a Resize',
      {
        node: [op('Resize', ['x', '', '', 'sizes'], 'y')],
        initializer: [int64Tensor('sizes', [1, 2, 8, 6])],
        output: [1, 2, 8, 6],
      },
    ],
    [
      'in the shape of an Expand',
      {
        node: [op('ReduceMax', ['x'], 'm', [intsAttribute('axes', [3])]), op('Expand', ['m', 'to'], 'y')],
        initializer: [int64Tensor('to', [1, 2, 4, 3])],
        output: [1, 2, 4, 3],
      },
    ],
    [
      'in a Reshape with -1',
      { node: [op('Reshape', ['x', 'to'], 'y')], initializer: [int64Tensor('to', [1, -1])], output: [1, 32] },
    ],
    [
      'in a Reshape that splits the dimension after it',
      {
        node: [
          op('Transpose', ['x'], 't', [intsAttribute('perm', [1, 0, 2, 3])]),
          op('Reshape', ['t', 'to'], 'r'),
          op('Transpose', ['r'], 'y', [intsAttribute('perm', [1, 0, 2])]),
        ],
        initializer: [int64Tensor('to', [2, 1, 16])],
        output: [1, 2, 16],
      },
    ],
  ];
  for (const [what, given] of follows) {
    it(`makes the batch dynamic ${what}`, () => assertFollows({ model: modelOf(given), dims: [2, 4, 4] }, 1));
  }

  const zeros = (name: string, ...dims: number[]) =>
    floatTensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));
  const lstm = [zeros('w', 1, 16, 3), zeros('r', 1, 16, 4), floatTensor('h', [1, 1, 4], [1, 2, 3, 4])];
  const declines: readonly [string, OnnxModel, RegExp][] = [
    ['a batch that is dynamic', dense(1, 'batch').model, /its batch is dynamic already/],
    [
      'a scalar',
      modelOf({ node: [op('ReduceSum', ['x'], 'y', [intAttribute('keepdims', 0)])], output: [] }),
      /"y" is a scalar/,
    ],
    [
      'different sizes',
      modelOf({ node: [op('Identity', ['x'], 'y')], output: [3, 4] }),
      /start with different sizes: "x" with 1, "y" with 3/,
    ],
    [
      'a sum over the batch',
      modelOf({ node: [op('ReduceSum', ['x'], 'y')], output: [1, 1, 1, 1] }),
      /ReduceSum reduces the whole batch/,
    ],
    [
      'a batch that is removed',
      modelOf({
        node: [op('Squeeze', ['x', 'a'], 's'), op('Unsqueeze', ['s', 'a'], 'y')],
        initializer: [int64Tensor('a', [0])],
      }),
      /Squeeze removes the batch/,
    ],
    [
      'a constant initial state',
      modelOf({
        node: [
          makeNode('LSTM', ['x', 'w', 'r', '', '', 'h'], ['', 'y'], { attribute: [intAttribute('hidden_size', 4)] }),
        ],
        initializer: lstm,
        dims: [1, 1, 3],
        output: [1, 1, 4],
      }),
      /the initial state of LSTM is a constant with the batch's size/,
    ],
    [
      'an output that selects an item of the batch',
      modelOf({ node: [op('Gather', ['x', 'i'], 'y')], initializer: [int64Tensor('i', [0])], output: [1, 2, 4, 4] }),
      /its output "y" does not follow the batch: the graph is built for 1/,
    ],
    [
      'a constant with the size of the batch',
      modelOf({
        node: [op('Concat', ['x', 'c'], 'y', [intAttribute('axis', 1)])],
        initializer: [zeros('c', 2, 1)],
        dims: [2, 3],
        output: [2, 4],
      }),
      /Concat joins the batch/,
    ],
  ];
  for (const [what, model, why] of declines) {
    it(`declines ${what}`, () => {
      const rewrite = dynamicBatch.rewrite(model, new Map());
      assert.match(rewrite.kind === 'declined' ? rewrite.reason : 'none', why);
    });
  }
});
