import assert from 'node:assert/strict';
import fc from 'fast-check';
import { int4 } from '../../src/generate/int4.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { assertSimilar, countOps, modelOf, reasonOf } from '../support/assert-similar.js';
import { assertAccurate, digitsModel } from '../support/digits.js';
import { productsModel } from '../support/products-model.js';
import { createRandomGraph } from '../support/random-graph.js';

const rewrite = (model: Parameters<typeof int4.rewrite>[0]) => int4.rewrite(model, new Map());

describe('int4', () => {
  it('converts the weights of every product to 4 bits, within its bound', () =>
    fc.assert(
      fc.asyncProperty(productsModel(16384), async ({ model, inputs, products }) => {
        const quantised = modelOf(rewrite(model));
        assert.equal(countOps(quantised, 'MatMulNBits'), products);
        assert.equal(countOps(quantised, 'Gemm') + countOps(quantised, 'MatMul'), 0);
        await assertSimilar(model, quantised, inputs, int4.bound);
      }),
      { numRuns: 15 },
    )).timeout(60_000);

  for (const name of ['mlp-large', 'mlp-small', 'mlp-tiny']) {
    it(`preserves the accuracy of ${name} at a sixth of its size`, async () => {
      const { model, sizeBytes } = await digitsModel(name);
      const quantised = modelOf(rewrite(model));
      assert.ok(encodeOnnx(quantised).byteLength <= 0.18 * sizeBytes);
      await assertAccurate(model, quantised, int4.bound);
    });
  }

  it('returns the same model each time', async () => {
    const { model } = await digitsModel('mlp-small');
    assert.deepEqual(encodeOnnx(modelOf(rewrite(model))), encodeOnnx(modelOf(rewrite(model))));
  });

  it('declines small weights', () => {
    const graph = createRandomGraph(1);
    const product = graph.node('MatMul', [graph.input('x', [2, 64]), graph.constant('w', [64, 63])], 'y');
    assert.match(reasonOf(rewrite(graph.model(product))), /weights of 16384 bytes or more/);
  });

  it('declines a quantised model', async () => {
    const { model } = await digitsModel('mlp-tiny');
    assert.match(reasonOf(rewrite(modelOf(rewrite(model)))), /quantised already/);
  });
});
