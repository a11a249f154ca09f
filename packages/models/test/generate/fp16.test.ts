import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { fp16 } from '../../src/generate/fp16.js';
import { isOp } from '../../src/onnx/onnx-graph.js';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeTensor,
  makeValue,
} from '../../src/onnx/onnx-parts.js';
import { cosine, floatInput, numbersOf, runModel } from '../support/run-model.js';
import { makeModel } from '../support/make-model.js';
import { attending, convolutional, dense, recurrent } from '../support/random-models.js';

const digits = fileURLToPath(new URL('../../../../examples/digits/models/', import.meta.url));
const { float, float16, int64 } = onnxTypes;

function rewritten(model: OnnxModel): { readonly model: OnnxModel; readonly note: string } {
  const rewrite = fp16.rewrite(model, new Map());
  if (rewrite.kind === 'declined') throw new Error(rewrite.reason);
  return rewrite;
}

async function assertSimilar(model: OnnxModel, name: string, dims: readonly number[]): Promise<void> {
  const size = dims.reduce((a, b) => a * b, 1);
  const inputs = [
    floatInput(
      name,
      dims,
      Array.from({ length: size }, (_, index) => Math.sin(index * 13)),
    ),
  ];
  const [was, is] = [
    await runModel(encodeOnnx(model), inputs),
    await runModel(encodeOnnx(rewritten(model).model), inputs),
  ];
  assert.deepEqual(
    is.map(({ datatype, shape }) => [datatype, shape]),
    was.map(({ datatype, shape }) => [datatype, shape]),
  );
  for (const [index, output] of was.entries()) {
    const [a, b] = [numbersOf(output), numbersOf(is[index] ?? output)];
    assert.ok(b.every(Number.isFinite));
    assert.ok(cosine(a, b) >= fp16.bound, `cosine ${cosine(a, b)}`);
  }
}

describe('the fp16 generator', function () {
  this.timeout(30_000);

  const families = { attending, convolutional, dense, recurrent };
  for (const [name, family] of Object.entries(families)) {
    it(`stays within its bound on random ${name} networks`, () =>
      fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const { model, dims } = family(seed, 'batch');
          await assertSimilar(model, 'x', [3, ...dims]);
        }),
        { numRuns: 3 },
      ));
  }

  for (const name of ['mlp-small', 'cnn-medium']) {
    it(`halves the size of ${name}, within its bound`, async () => {
      const content = await readFile(`${digits}${name}.onnx`);
      await assertSimilar(decodeOnnx(content), 'image', [4, 1, 28, 28]);
      const half = rewritten(decodeOnnx(content));
      assert.ok(encodeOnnx(half.model).length < 0.55 * content.length);
      assert.equal(half.note, 'half precision throughout');
    });
  }

  interface Given {
    readonly node: readonly OnnxNode[];
    readonly initializer?: readonly OnnxTensor[];
    readonly opset?: number;
  }
  /** Returns a model of `x`, three rows of eight, that starts with a product so that there are weights to convert. */
  const modelOf = ({ node, initializer = [], opset = 13 }: Given): OnnxModel =>
    makeModel({
      node: [makeNode('MatMul', ['x', 'w'], ['h']), ...node],
      initializer: [
        floatTensor(
          'w',
          [8, 8],
          Array.from({ length: 64 }, (_, index) => Math.cos(index)),
        ),
        ...initializer,
      ],
      opset,
      input: [makeValue('x', float, ['n', 8])],
      output: [makeValue('y', float)],
    });
  const op = (type: string, input: readonly string[], output: string, attribute: readonly OnnxAttribute[] = []) =>
    makeNode(type, input, [output], { attribute });
  const scalar = (name: string, value: number) => floatTensor(name, [], [value]);
  const branch = (node: readonly OnnxNode[], output: string) =>
    makeModel({ node, input: [], output: [makeValue(output, float)] }).graph;
  const graphAttribute = (name: string, g: ReturnType<typeof branch>): OnnxAttribute => ({
    ...intsAttribute(name, []),
    type: 5,
    g,
  });

  const cases: readonly [string, Given][] = [
    [
      'an operator without a half-precision form',
      { node: [op('CumSum', ['h', 'axis'], 'y')], initializer: [int64Tensor('axis', [1], [])] },
    ],
    [
      'scales that stay single',
      {
        node: [op('Unsqueeze', ['h', 'a'], 'u'), op('Resize', ['u', '', 's'], 'y')],
        initializer: [int64Tensor('a', [1]), floatTensor('s', [3], [1, 2, 1.5])],
      },
    ],
    [
      'an epsilon that half precision cannot represent',
      {
        node: [
          op('Sub', ['h', 'h'], 'z'),
          op('Add', ['z', 'e'], 'd'),
          op('Div', ['d', 'd'], 'q'),
          op('Add', ['q', 'h'], 'y'),
        ],
        initializer: [scalar('e', 1e-12)],
      },
    ],
    [
      'a factor that half does not hold',
      {
        node: [op('Mul', ['h', 'f'], 'a'), op('Mul', ['a', 'g'], 'y')],
        initializer: [scalar('f', 1e-9), scalar('g', 1e9)],
      },
    ],
    [
      'weights that half does not hold',
      {
        node: [op('Mul', ['h', 'v'], 'a'), op('Div', ['a', 'v'], 'y')],
        initializer: [floatTensor('v', [8], [1e5, 2e6, 1, 2, 3, 4, 5, 6])],
      },
    ],
    [
      'a mask of minus infinity',
      {
        node: [op('Less', ['h', 'zero'], 'm'), op('Where', ['m', 'low', 'h'], 'k'), op('Softmax', ['k'], 'y')],
        initializer: [scalar('zero', 0), scalar('low', -3.4e38)],
      },
    ],
    [
      'numbers that come from shapes',
      {
        node: [
          op('Shape', ['h'], 's'),
          op('Cast', ['s'], 'f', [intAttribute('to', float)]),
          op('Mul', ['f', 'many'], 'p'),
          op('Cast', ['p'], 'i', [intAttribute('to', int64)]),
          op('Sub', ['i', 'less'], 'j'),
          op('Reshape', ['h', 'j'], 'y'),
        ],
        initializer: [scalar('many', 5001), int64Tensor('less', [3 * 5000, 8 * 5000])],
      },
    ],
    [
      'zeros in a computed shape',
      { node: [op('Shape', ['h'], 's'), op('ConstantOfShape', ['s'], 'z'), op('Add', ['h', 'z'], 'y')] },
    ],
    [
      'constants in nodes',
      {
        node: [
          makeNode('Constant', [], ['c'], { attribute: [{ ...intsAttribute('value_float', []), type: 1, f: 0.3 }] }),
          op('Add', ['h', 'c'], 'y'),
        ],
      },
    ],
    ['an output that is used again', { node: [op('Relu', ['h'], 'y'), op('Neg', ['y'], 'unused')] }],
    [
      'conversions',
      {
        node: [
          op('Cast', ['h'], 'd', [intAttribute('to', onnxTypes.double)]),
          op('Cast', ['d'], 'y', [intAttribute('to', float)]),
        ],
      },
    ],
    [
      'branches that use tensors from outside',
      {
        node: [
          op('ReduceSum', ['h'], 'r', [intAttribute('keepdims', 0)]),
          op('Greater', ['r', 'zero'], 'c'),
          op('If', ['c'], 'i', [
            graphAttribute('then_branch', branch([op('Add', ['h', 'one'], 't')], 't')),
            graphAttribute('else_branch', branch([op('CumSum', ['h', 'axis'], 'e')], 'e')),
          ]),
          op('Relu', ['i'], 'y'),
        ],
        initializer: [scalar('zero', 0), scalar('one', 1), int64Tensor('axis', [1], [])],
      },
    ],
    [
      'normalisation per element',
      {
        opset: 17,
        node: [op('LayerNormalization', ['h', 'g'], 'y')],
        initializer: [floatTensor('g', [8], [1, 2, 3, 4, 5, 6, 7, 8])],
      },
    ],
  ];
  for (const [what, given] of cases) {
    it(`preserves the output of ${what}`, () => assertSimilar(modelOf(given), 'x', [3, 8]));
  }

  it('infers the types of operators of other domains', () => {
    const attribute = [
      { ...intsAttribute('keys_int64s', [0, 1]), type: 7 },
      { ...intsAttribute('values_floats', []), type: 6, floats: [0.5, -1.5] },
    ];
    const encoder = makeNode('LabelEncoder', ['i'], ['e'], { domain: 'ai.onnx.ml', attribute });
    const node = [op('Cast', ['h'], 'i', [intAttribute('to', int64)]), encoder, op('Mul', ['h', 'e'], 'y')];
    const model = modelOf({ node });
    const opsetImport = [...model.opsetImport, { domain: 'ai.onnx.ml', version: 2 }];
    return assertSimilar({ ...model, opsetImport }, 'x', [3, 8]);
  });

  it('infers the types of window operators', () =>
    assertSimilar(
      modelOf({
        opset: 17,
        node: [op('HannWindow', ['size'], 'window'), op('Mul', ['h', 'window'], 'y')],
        initializer: [int64Tensor('size', [8], [])],
      }),
      'x',
      [3, 8],
    ));

  it('returns the number of operators that stay in single precision', () => {
    const { note } = rewritten(
      modelOf({ node: [op('CumSum', ['h', 'axis'], 'y')], initializer: [int64Tensor('axis', [1], [])] }),
    );
    assert.equal(note, 'half precision; 1 operator stays in single precision');
  });

  it('converts all weights', () => {
    const { model } = rewritten(attending(1, 'batch').model);
    assert.ok(model.graph.initializer.every(({ dataType }) => [float16, int64].includes(dataType as never)));
    assert.equal(model.graph.node.filter((node) => isOp(node, 'Cast')).length, 2);
  });

  const half = makeTensor('w', float16, [1], new Uint16Array(1));
  const declines: readonly [string, OnnxModel, RegExp][] = [
    [
      'a quantised model',
      modelOf({ node: [op('DequantizeLinear', ['q', 'one'], 'd'), op('Add', ['h', 'd'], 'y')] }),
      /already quantised \(DequantizeLinear\)/,
    ],
    ['halves', { ...modelOf({ node: [], initializer: [half] }) }, /in half precision already/],
    ['a model without floats', makeModel({ node: [], input: [], output: [] }), /no weights in single precision/],
    [
      'sequences of tensors',
      modelOf({ node: [op('SequenceConstruct', ['h'], 'y')] }),
      /sequences or optional values \(SequenceConstruct\)/,
    ],
    ['an output without a node', modelOf({ node: [] }), /its output "y" is one of its inputs or weights/],
  ];
  for (const [what, model, why] of declines) {
    it(`declines ${what}`, () => {
      const rewrite = fp16.rewrite(model, new Map());
      assert.match(rewrite.kind === 'declined' ? rewrite.reason : '', why);
    });
  }
});
