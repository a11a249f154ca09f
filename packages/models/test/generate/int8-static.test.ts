import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TensorBytes } from '@pareto/testkit';
import { int8Static } from '../../src/generate/int8-static.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { optimisedModel } from '../support/run-model.js';
import { assertSimilar, countOps, modelOf, reasonOf } from '../support/assert-similar.js';
import { calibrate, calibrateOnDigits } from '../support/calibrate.js';
import { convolutionsModel } from '../support/convolutions-model.js';
import { assertAccurate, digitsModel, digitsShares } from '../support/digits.js';
import { productsModel } from '../support/products-model.js';
import { createRandomGraph } from '../support/random-graph.js';

const { bound } = int8Static;
/** Bound for random weights and samples, which lose less than trained ones may. */
const closeBound = 0.99;

/** Quantises a model that is calibrated on the calibration samples of the digits. */
async function quantisedDigits(model: OnnxModel): Promise<OnnxModel> {
  const { calibration } = await digitsShares();
  return modelOf(int8Static.rewrite(model, await calibrateOnDigits(int8Static, model, calibration)));
}

/**
 * Asserts that nodes with 8-bit weights have only 8-bit inputs and, unless they are products, 8-bit outputs: others run
 * in floats.
 */
function assertFusible({ graph }: OnnxModel): void {
  const rounded = new Map(
    graph.node.flatMap(({ opType, input, output }) =>
      opType === 'DequantizeLinear' ? [[output[0] ?? '', input[0] ?? ''] as const] : [],
    ),
  );
  const tensors = new Set(graph.initializer.map(({ name }) => name));
  for (const { opType, input, output } of graph.node) {
    if (!tensors.has(rounded.get(input[1] ?? '') ?? '')) continue;
    assert.ok(
      input.every((name) => rounded.has(name)),
      `${output[0]} has float inputs`,
    );
    const consumers = graph.node.filter((node) => node.input.includes(output[0] ?? ''));
    const isRounded = consumers.length === 1 && consumers[0]?.opType === 'QuantizeLinear';
    assert.ok(isRounded || opType === 'Gemm' || opType === 'MatMul', `${opType} ${output[0]} has a float output`);
  }
}

/**
 * Asserts that a quantised model is fusible, and similar as written: the values between the operators are rounded to 8
 * bits, and the products are exact on every CPU.
 */
async function assertQuantises(model: OnnxModel, inputs: readonly TensorBytes[]): Promise<void> {
  const quantised = modelOf(int8Static.rewrite(model, await calibrate(int8Static, model, inputs)));
  assertFusible(quantised);
  await assertSimilar(model, quantised, inputs, closeBound, true);
}

describe('int8-static', () => {
  it('converts convolutions and the operators between them to 8 bits, within its bound', () =>
    fc.assert(
      fc.asyncProperty(convolutionsModel(), ({ model, inputs }) => assertQuantises(model, inputs)),
      { numRuns: 15 },
    )).timeout(60_000);

  it('converts products to 8 bits, within its bound', () =>
    fc.assert(
      fc.asyncProperty(productsModel(8192, true), ({ model, inputs }) => assertQuantises(model, inputs)),
      { numRuns: 15 },
    )).timeout(60_000);

  for (const [name, share] of [
    ['cnn-medium', 0.32],
    ['mlp-large', 0.3],
    ['mlp-small', 0.3],
  ] as const) {
    it(`preserves the accuracy of ${name} at ${share} of its size`, async () => {
      const { model, sizeBytes } = await digitsModel(name);
      const quantised = await quantisedDigits(model);
      assert.ok(encodeOnnx(quantised).byteLength <= share * sizeBytes);
      await assertAccurate(model, quantised, bound);
    }).timeout(60_000);
  }

  it('leaves no float computation in the graph that ONNX Runtime runs', async () => {
    const { model } = await digitsModel('cnn-medium');
    const fused = await optimisedModel(encodeOnnx(await quantisedDigits(model)));
    assert.equal(countOps(fused, 'QLinearConv'), countOps(model, 'Conv'));
    assert.equal(countOps(fused, 'QGemm'), 1);
    assert.equal(countOps(fused, 'Conv') + countOps(fused, 'Gemm') + countOps(fused, 'DequantizeLinear'), 0);
  });

  it('returns the same model each time', async () => {
    const { model } = await digitsModel('cnn-medium');
    assert.deepEqual(encodeOnnx(await quantisedDigits(model)), encodeOnnx(await quantisedDigits(model)));
  });

  it('observes the ranges of the tensors that become 8-bit numbers', async () => {
    const { model } = await digitsModel('mlp-small');
    const { calibration } = await digitsShares();
    const ranges = await calibrateOnDigits(int8Static, model, calibration);
    assert.deepEqual([...ranges.keys()], ['/0/Flatten_output_0', '/2/Relu_output_0', '/4/Relu_output_0']);
    assert.deepEqual(ranges.get('/0/Flatten_output_0'), [0, 1]);
  });

  it('declines without samples or without a range', async () => {
    const { model } = await digitsModel('mlp-small');
    assert.match(reasonOf(int8Static.rewrite(model, new Map())), /no samples to calibrate/);
    const ranges = new Map([['/0/Flatten_output_0', [0, 1]]] as const);
    assert.match(reasonOf(int8Static.rewrite(model, ranges)), /no finite range for "\/2\/Relu_output_0"/);
  });

  it('declines a model without convolutions and products', () => {
    const graph = createRandomGraph(5);
    const model = graph.model(graph.node('Relu', [graph.input('x', [2, 64])], 'y'));
    assert.match(reasonOf(int8Static.rewrite(model, new Map())), /no Conv with constant float weights/);
  });

  it('declines a model with only small convolutions', async () => {
    const { model } = await digitsModel('cnn-small');
    assert.match(reasonOf(int8Static.rewrite(model, new Map())), /large enough/);
  });

  it('preserves a bias that is far larger than the weights of its channel', async () => {
    const graph = createRandomGraph(1);
    const weights = graph.given('w', [16, 4, 3, 3], [...graph.numbers(540), ...new Array<number>(36).fill(1e-12)]);
    const bias = graph.given('b', [16], new Array<number>(16).fill(100));
    const model = graph.model(graph.node('Conv', [graph.input('x', [1, 4, 8, 8]), weights, bias], 'y'));
    const quantised = modelOf(int8Static.rewrite(model, await calibrate(int8Static, model, graph.inputs)));
    await assertSimilar(model, quantised, graph.inputs, 0.9999);
  });
});
