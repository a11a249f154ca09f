import assert from 'node:assert/strict';
import fc from 'fast-check';
import { int8Dynamic } from '../../src/generate/int8-dynamic.js';
import { withGraph } from '../../src/onnx/onnx-graph.js';
import { floatTensor, intAttribute } from '../../src/onnx/onnx-parts.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { assertSimilar, countOps, modelOf, reasonOf, withUnsignedWeights } from '../support/assert-similar.js';
import { assertAccurate, digitsModel } from '../support/digits.js';
import { productsModel } from '../support/products-model.js';
import { createRandomGraph, type RandomGraph } from '../support/random-graph.js';

const rewrite = (model: Parameters<typeof int8Dynamic.rewrite>[0]) => int8Dynamic.rewrite(model, new Map());

describe('int8-dynamic', () => {
  it('converts every product to 8 bits, within its bound', () =>
    fc.assert(
      fc.asyncProperty(productsModel(8192), async ({ model, inputs, products }) => {
        const quantised = modelOf(rewrite(model));
        assert.equal(countOps(quantised, 'MatMulInteger'), products);
        assert.equal(countOps(quantised, 'Gemm') + countOps(quantised, 'MatMul'), 0);
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
    assert.equal(countOps(quantised, 'DynamicQuantizeLinear'), 1);
    assert.deepEqual(
      quantised.graph.initializer.map(({ name }) => name),
      ['w_int8', 'w_scales'],
    );
    await assertSimilar(model, withUnsignedWeights(quantised), graph.inputs, int8Dynamic.bound);
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
