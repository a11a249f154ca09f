import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { opsetOf } from '../../src/onnx/onnx-graph.js';
import {
  floatAttribute,
  floatsAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
  stringAttribute,
} from '../../src/onnx/onnx-parts.js';
import { upgradeOpset } from '../../src/opset/upgrade-opset.js';
import { floatInput, numbersOf, runModel } from '../support/run-model.js';
import { makeModel } from '../support/make-model.js';

const { float } = onnxTypes;
const shape = [2, 3, 4, 4];

interface Given {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly OnnxAttribute[];
  readonly initializer?: readonly OnnxTensor[];
}

/** Returns a model with one node, from `x` to `y`. */
function modelOf(
  opset: number,
  op: string,
  { input = ['x'], output = ['y'], attribute = [], initializer = [] }: Given = {},
) {
  return makeModel({
    opset,
    node: [makeNode(op, input, output, { attribute })],
    initializer,
    input: [makeValue('x', float, shape)],
    output: output.filter((name) => name !== '').map((name) => makeValue(name, name === 'i' ? onnxTypes.int64 : float)),
  });
}

function upgraded(model: OnnxModel): OnnxModel {
  const rewrite = upgradeOpset(model);
  if (rewrite.kind === 'declined') throw new Error(rewrite.reason);
  return rewrite.model;
}

async function assertSameAnswers(model: OnnxModel): Promise<void> {
  const values = Array.from({ length: 96 }, (_, index) => Math.sin(index * 7));
  const inputs = [floatInput('x', shape, values)];
  const next = upgraded(model);
  assert.equal(opsetOf(next), 13);
  const [was, is] = [await runModel(encodeOnnx(model), inputs), await runModel(encodeOnnx(next), inputs)];
  assert.deepEqual(
    is.map((tensor) => [tensor.shape, numbersOf(tensor)]),
    was.map((tensor) => [tensor.shape, numbersOf(tensor)]),
  );
}

const scales = (...values: number[]) => floatTensor('scales', [4], values);
const axes = (...values: number[]) => intsAttribute('axes', values);
const cases: readonly [string, OnnxModel][] = [
  [
    'BatchNormalization',
    modelOf(7, 'BatchNormalization', {
      input: ['x', 's', 'b', 'm', 'v'],
      attribute: [intAttribute('spatial', 1)],
      initializer: ['s', 'b', 'm', 'v'].map((name) => floatTensor(name, [3], [1, 2, 3])),
    }),
  ],
  ['Clip with bounds', modelOf(7, 'Clip', { attribute: [floatAttribute('min', -0.5), floatAttribute('max', 0.25)] })],
  ['Clip with one bound', modelOf(10, 'Clip', { attribute: [floatAttribute('max', 0.25)] })],
  ['Dropout', modelOf(7, 'Dropout', { attribute: [floatAttribute('ratio', 0.1)] })],
  [
    'Pad',
    modelOf(7, 'Pad', { attribute: [intsAttribute('pads', [0, 0, 1, 2, 0, 0, 0, 1]), floatAttribute('value', 3)] }),
  ],
  [
    'Pad by reflection',
    modelOf(10, 'Pad', {
      attribute: [intsAttribute('pads', [0, 0, 1, 2, 0, 0, 0, 1]), stringAttribute('mode', 'reflect')],
    }),
  ],
  ['ReduceSum', modelOf(11, 'ReduceSum', { attribute: [axes(1, 2), intAttribute('keepdims', 0)] })],
  ['ReduceSum of all elements', modelOf(12, 'ReduceSum')],
  [
    'Slice',
    modelOf(9, 'Slice', {
      attribute: [intsAttribute('starts', [1, -2]), intsAttribute('ends', [3, 2 ** 31 - 1]), axes(1, 3)],
    }),
  ],
  [
    'Slice without axes',
    modelOf(9, 'Slice', { attribute: [intsAttribute('starts', [1]), intsAttribute('ends', [2])] }),
  ],
  [
    'Split',
    modelOf(11, 'Split', { output: ['y', 'z'], attribute: [intAttribute('axis', 2), intsAttribute('split', [1, 3])] }),
  ],
  ['Split into equal parts', modelOf(11, 'Split', { output: ['y', 'z'], attribute: [intAttribute('axis', 2)] })],
  ['Squeeze', modelOf(11, 'Unsqueeze', { attribute: [axes(0, 3)] })],
  ['TopK', modelOf(9, 'TopK', { output: ['y', 'i'], attribute: [intAttribute('k', 2)] })],
  ['Resize', modelOf(10, 'Resize', { input: ['x', 'scales'], initializer: [scales(1, 1, 2, 2.5)] })],
  [
    'Resize to a smaller size',
    modelOf(10, 'Resize', { input: ['x', 'scales'], initializer: [scales(1, 1, 0.5, 0.7)] }),
  ],
  [
    'Resize, linear',
    modelOf(10, 'Resize', {
      input: ['x', 'scales'],
      attribute: [stringAttribute('mode', 'linear')],
      initializer: [scales(1, 1, 2, 3)],
    }),
  ],
  ['Upsample by attribute', modelOf(7, 'Upsample', { attribute: [floatsAttribute('scales', [1, 1, 2, 2])] })],
  [
    'Upsample by input',
    modelOf(9, 'Upsample', {
      input: ['x', 'scales'],
      attribute: [stringAttribute('mode', 'linear')],
      initializer: [scales(1, 1, 2, 2)],
    }),
  ],
  [
    'Scatter',
    modelOf(9, 'Scatter', {
      input: ['x', 'at', 'u'],
      initializer: [int64Tensor('at', [1], [1, 1, 1, 1]), floatTensor('u', [1, 1, 1, 1], [9])],
    }),
  ],
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op): [string, OnnxModel][] => [
    [`${op} of the default axis`, modelOf(9, op)],
    [`${op} of an axis within`, modelOf(12, op, { attribute: [intAttribute('axis', 2)] })],
    [`${op} of the last axis`, modelOf(11, op, { attribute: [intAttribute('axis', -1)] })],
    [`${op} of an axis from the end`, modelOf(11, op, { attribute: [intAttribute('axis', -2)] })],
  ]),
];

/** Joins models with the same `x` into one. */
function joined(models: readonly OnnxModel[]): OnnxModel {
  const own = (index: number) => (name: string) => (['x', ''].includes(name) ? name : `${name}${index}`);
  const parts = models.map(({ graph }, index) => ({
    node: graph.node.map((node) => ({
      ...node,
      input: node.input.map(own(index)),
      output: node.output.map(own(index)),
    })),
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: own(index)(tensor.name) })),
    output: graph.output.map((value) => ({ ...value, name: own(index)(value.name) })),
  }));
  const [first = modelOf(13, 'Identity')] = models;
  return {
    ...first,
    graph: {
      ...first.graph,
      node: parts.flatMap(({ node }) => node),
      initializer: parts.flatMap(({ initializer }) => initializer),
      output: parts.flatMap(({ output }) => output),
    },
  };
}

describe('upgradeOpset', () => {
  for (const opset of [7, 9, 10, 11, 12]) {
    const all = cases.filter(([, model]) => opsetOf(model) === opset);
    it(`preserves outputs of opset ${opset}: ${all.map(([what]) => what).join(', ')}`, () =>
      assertSameAnswers(joined(all.map(([, model]) => model))));
  }

  it('preserves outputs of nested graphs', () => {
    const branch = (node: OnnxNode) => makeModel({ node: [node], input: [], output: [makeValue('out', float)] }).graph;
    const condition = { ...int64Tensor('c', [1], []), dataType: onnxTypes.bool, rawData: Uint8Array.of(1) };
    const graphAttribute = (name: string, node: OnnxNode): OnnxAttribute => ({
      ...intsAttribute(name, []),
      type: 5,
      g: branch(node),
    });
    return assertSameAnswers(
      modelOf(9, 'If', {
        input: ['c'],
        attribute: [
          graphAttribute('then_branch', makeNode('Softmax', ['x'], ['out'], { attribute: [intAttribute('axis', 2)] })),
          graphAttribute('else_branch', makeNode('Clip', ['x'], ['out'], { attribute: [floatAttribute('max', 0)] })),
        ],
        initializer: [condition],
      }),
    );
  });

  it('preserves outputs of chains of operators, from any opset', () => {
    const softmax = fc.record({ op: fc.constantFrom('Softmax', 'LogSoftmax'), axis: fc.integer({ min: 0, max: 3 }) });
    const clip = fc.record({ op: fc.constant('Clip'), min: fc.integer({ min: -3, max: -1 }) });
    const chain = fc.array(fc.oneof(softmax, clip), { minLength: 1, maxLength: 4 });
    return fc.assert(
      fc.asyncProperty(fc.integer({ min: 7, max: 10 }), chain, async (opset, ops) => {
        const node = ops.map(({ op, ...given }, index) =>
          makeNode(op, [index === 0 ? 'x' : `t${index}`], [index === ops.length - 1 ? 'y' : `t${index + 1}`], {
            attribute: ['axis' in given ? intAttribute('axis', given.axis) : floatAttribute('min', given.min)],
          }),
        );
        await assertSameAnswers({
          ...modelOf(opset, 'Identity'),
          graph: { ...modelOf(opset, 'Identity').graph, node },
        });
      }),
      { numRuns: 4 },
    );
  }).timeout(30_000);

  it('does not flatten a Softmax over the last axis', () => {
    const model = modelOf(11, 'Softmax', { attribute: [intAttribute('axis', 3)] });
    assert.deepEqual(
      upgraded(model).graph.node,
      modelOf(13, 'Softmax', { attribute: [intAttribute('axis', -1)] }).graph.node,
    );
  });

  it('returns a model of opset 13 or later unchanged', () => {
    const model = modelOf(17, 'Relu');
    assert.deepEqual(upgradeOpset(model), { kind: 'made', model, note: '' });
  });

  const declines: readonly [string, OnnxModel, RegExp][] = [
    ['a model without operators of ONNX itself', modelOf(0, 'Relu'), /no operators of ONNX itself/],
    ['Scan with a batch', modelOf(8, 'Scan'), /Scan has a batch dimension/],
    ['computed scales', modelOf(10, 'Resize', { input: ['x', 'x'] }), /Resize has scales that are computed/],
    [
      'normalisation per element',
      modelOf(7, 'BatchNormalization', { attribute: [intAttribute('spatial', 0)] }),
      /per element/,
    ],
    ["a Dropout's mask", modelOf(7, 'Dropout', { output: ['y', 'z'] }), /mask/],
  ];
  for (const [what, model, why] of declines) {
    it(`declines ${what}`, () => {
      const rewrite = upgradeOpset(model);
      assert.match(rewrite.kind === 'declined' ? rewrite.reason : '', why);
    });
  }
});
