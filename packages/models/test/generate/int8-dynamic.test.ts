import assert from 'node:assert/strict';
import { openModelSession, type ModelSession } from '@pareto/testkit';
import fc from 'fast-check';
import { int8Dynamic } from '../../src/generate/int8-dynamic.js';
import { withGraph } from '../../src/onnx/onnx-graph.js';
import { floatTensor, intAttribute, makeValue } from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { analyseRows } from '../../src/rows/analyse-rows.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { assertSimilar, countOps, modelOf, reasonOf, withUnsignedWeights } from '../support/assert-similar.js';
import { assertAccurate, digitsModel } from '../support/digits.js';
import { productsModel } from '../support/products-model.js';
import { createRandomGraph, type RandomGraph } from '../support/random-graph.js';
import { floatInput, numbersOf } from '../support/run-model.js';

const rewrite = (model: Parameters<typeof int8Dynamic.rewrite>[0]) => int8Dynamic.rewrite(model, new Map());

describe('int8-dynamic', () => {
  it('converts every product to 8 bits, within its bound', () =>
    fc.assert(
      fc.asyncProperty(productsModel(8192), async ({ model, inputs, products }) => {
        const quantised = modelOf(rewrite(model));
        assert.equal(countOps(quantised, 'MatMulIntegerToFloat'), products);
        assert.equal(countOps(quantised, 'MatMul'), 0);
        // Each scale is computed by a Gemm.
        assert.equal(countOps(quantised, 'Gemm'), countOps(quantised, 'QuantizeLinear'));
        await assertSimilar(model, withUnsignedWeights(quantised), inputs, int8Dynamic.bound);
      }),
      { numRuns: 15 },
    )).timeout(60_000);

  for (const name of ['mlp-large', 'mlp-small', 'mlp-tiny']) {
    it(`preserves the accuracy of ${name} at a quarter of its size`, async () => {
      const { model, sizeBytes } = await digitsModel(name);
      const quantised = modelOf(rewrite(model));
      assert.ok(encodeOnnx(quantised).byteLength <= 0.3 * sizeBytes);
      await assertAccurate(model, quantised, int8Dynamic.bound);
    });
  }

  it('returns the same model each time', async () => {
    const { model } = await digitsModel('mlp-small');
    assert.deepEqual(encodeOnnx(modelOf(rewrite(model))), encodeOnnx(modelOf(rewrite(model))));
  });

  it('quantises inputs and weights that products share only once', async () => {
    const graph = createRandomGraph(1);
    const [x, w] = [graph.input('x', [2, 64]), graph.constant('w', [64, 64])];
    const model = graph.model(graph.node('MatMul', [x, w], 'y'), graph.node('Gemm', [x, w], 'z'));
    const quantised = modelOf(rewrite(model));
    assert.equal(countOps(quantised, 'QuantizeLinear'), 1);
    assert.deepEqual(
      quantised.graph.initializer.map(({ name }) => name).filter((name) => name.startsWith('w')),
      ['w_int8', 'w_scales', 'w_sums'],
    );
    await assertSimilar(model, withUnsignedWeights(quantised), graph.inputs, int8Dynamic.bound);
  });

  /** Neighbours of a row, made of its numbers. */
  const neighbours: readonly (readonly [string, (value: number, at: number) => number])[] = [
    ['that are a thousand times as large', (value) => value * 1e3],
    ['that are a thousandth', (value) => value / 1e3],
    ['of zeros', () => 0],
    ['with a NaN in the middle', (value, at) => (at === 31 ? Number.NaN : value)],
    ['with an infinity', (value, at) => (at === 0 ? Number.POSITIVE_INFINITY : value)],
    ['of the largest floats', (value) => Math.sign(value) * 3.4e38],
  ];

  interface Stack {
    readonly model: OnnxModel;
    readonly numbers: readonly number[];
    readonly item: readonly number[];
  }

  /** Returns a model of two products with an activation in between, whose items are vectors or stacks of them. */
  function stack(item: readonly number[]): Stack {
    const graph = createRandomGraph(11);
    const x = graph.input('x', [1, ...item]);
    const [first, second] = [graph.constant('w', [64, 48]), graph.constant('v', [48, 64])];
    const h = graph.node('Relu', [graph.node('MatMul', [x, first], 'h')], 'r');
    const model = graph.model(graph.node('MatMul', [h, second], 'y'));
    const input = [makeValue('x', onnxTypes.float, ['n', ...item])];
    const numbers = graph.numbers(item.reduce((product, dim) => product * dim, 1));
    return { model: withGraph(model, { input }), numbers, item };
  }

  for (const item of [[64], [3, 64]]) {
    const { model, numbers } = stack(item);
    const answers = async (session: ModelSession, items: readonly (readonly number[])[]) => {
      const [y] = await session.run([floatInput('x', [items.length, ...item], items.flat())]);
      return y === undefined ? [] : numbersOf(y);
    };
    const at = (all: readonly number[], index: number, count: number) =>
      all.slice((index * all.length) / count, ((index + 1) * all.length) / count);

    for (const [what, change] of neighbours) {
      it(`gives items of [${item.join()}] the same answers next to items ${what}`, async () => {
        await using session = await openModelSession(encodeOnnx(modelOf(rewrite(model))));
        const other = numbers.map(change);
        const [usual, unusual] = [
          await answers(session, [numbers, numbers, numbers]),
          await answers(session, [other, numbers, other]),
        ];
        assert.deepEqual(at(unusual, 1, 3), at(usual, 1, 3));
        assert.ok(at(unusual, 1, 3).every(Number.isFinite));
      });
    }

    it(`keeps the items of [${item.join()}] apart provably`, () =>
      assert.deepEqual(analyseRows(modelOf(rewrite(model))), { kind: 'apart' }));

    it(`answers an item of [${item.join()}] with a NaN by NaN, and one of zeros by zeros`, async () => {
      await using session = await openModelSession(encodeOnnx(modelOf(rewrite(model))));
      const broken = numbers.map((value, index) => (index % 64 === 31 ? Number.NaN : value));
      const all = await answers(session, [broken, numbers.map(() => 0)]);
      assert.ok(at(all, 0, 2).every(Number.isNaN));
      assert.ok(at(all, 1, 2).every((value) => value === 0));
    });
  }

  for (const name of ['mlp-large', 'mlp-small', 'mlp-tiny']) {
    it(`keeps the items of ${name} apart provably`, async () => {
      const { model } = await digitsModel(name);
      assert.deepEqual(analyseRows(modelOf(rewrite(model))), { kind: 'apart' });
    });
  }

  it('quantises in later operator sets, in which ReduceMax has its axes as an input', async () => {
    const graph = createRandomGraph(5);
    const model = graph.model(graph.node('MatMul', [graph.input('x', [4, 64]), graph.constant('w', [64, 64])], 'y'));
    const later = { ...model, opsetImport: [{ domain: '', version: 21 }], irVersion: 10 };
    await assertSimilar(later, withUnsignedWeights(modelOf(rewrite(later))), graph.inputs, int8Dynamic.bound);
  });

  const refusals: readonly [string, (graph: RandomGraph) => string, RegExp][] = [
    ['no product', (graph) => graph.node('Relu', [graph.input('x', [2, 64])], 'y'), /no MatMul or Gemm/],
    [
      'a product of two inputs',
      (graph) => graph.node('MatMul', [graph.input('x', [64, 64]), graph.input('w', [64, 64])], 'y'),
      /no MatMul or Gemm whose second factor is a constant/,
    ],
    [
      'a transposed first factor',
      (graph) =>
        graph.node('Gemm', [graph.input('x', [64, 64]), graph.constant('w', [64, 64])], 'y', {
          attribute: [intAttribute('transA', 1)],
        }),
      /no MatMul or Gemm whose second factor is a constant/,
    ],
    [
      'small weights',
      (graph) => graph.node('MatMul', [graph.input('x', [2, 8]), graph.constant('w', [8, 8])], 'y'),
      /weights of 8192 bytes or more/,
    ],
  ];
  for (const [what, build, reason] of refusals) {
    it(`declines a model with ${what}`, () => {
      const graph = createRandomGraph(3);
      assert.match(reasonOf(rewrite(graph.model(build(graph)))), reason);
    });
  }

  it('declines a quantised model', async () => {
    const { model } = await digitsModel('mlp-tiny');
    assert.match(reasonOf(rewrite(modelOf(rewrite(model)))), /quantised already/);
  });

  it('declines weights that are not all finite', () => {
    const graph = createRandomGraph(4);
    const model = graph.model(graph.node('MatMul', [graph.input('x', [2, 64]), 'w'], 'y'));
    const weights = floatTensor('w', [64, 64], new Float32Array(4096).fill(Infinity));
    assert.match(reasonOf(rewrite(withGraph(model, { initializer: [weights] }))), /no MatMul or Gemm/);
  });
});
