import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, systemClock, type Signature } from '@pareto/core';
import { openModelSession, onnxType, writeModel, type Initializer, type Node } from '@pareto/testkit';
import type { ComparisonResult } from '../../src/generating/compare-outputs.js';
import { verifyBatches } from '../../src/generating/verify-generated.js';
import type { BackgroundModel } from '../../src/sampling/background-executor.js';
import { createSampleBudget } from '../../src/sampling/sample-budget.js';
import { syntheticSamples } from '../../src/sampling/samples.js';

/** Width of every hidden tensor, whose rows are the items. */
const width = 6;

/** Appends nodes that compute `to` from `from`, both [rows, width]. */
type Layer = (from: string, to: string) => readonly Node[];

const op = (name: string, inputs: readonly string[], output: string, ints: Record<string, number> = {}): Node => ({
  ...{ op: name, inputs, outputs: [output] },
  attributes: Object.entries(ints).map(([attribute, int]) => ({ name: attribute, int })),
});
const overRows: NonNullable<Node['attributes']> = [
  { name: 'axes', ints: [0] },
  { name: 'keepdims', int: 1 },
];

/** Layers that keep the rows of a batch apart. */
const rowwise: Readonly<Record<string, Layer>> = {
  product: (from, to) => [op('MatMul', [from, 'w'], to)],
  biased: (from, to) => [op('Add', [from, 'b'], to)],
  curved: (from, to) => [op('Tanh', [from], to)],
  leaky: (from, to) => [op('LeakyRelu', [from], to)],
  centred: (from, to) => [
    { op: 'ReduceMean', inputs: [from], outputs: [`${to}_m`], attributes: [{ name: 'axes', ints: [1] }] },
    op('Sub', [from, `${to}_m`], to),
  ],
};

/** Layers in which the answer of a row depends on the other rows, or on its position. */
const mixing: Readonly<Record<string, Layer>> = {
  mean: (from, to) => [
    { op: 'ReduceMean', inputs: [from], outputs: [`${to}_m`], attributes: overRows },
    op('Sub', [from, `${to}_m`], to),
  ],
  maximum: (from, to) => [
    { op: 'ReduceMax', inputs: [from], outputs: [`${to}_m`], attributes: overRows },
    op('Add', [from, `${to}_m`], to),
  ],
  softmax: (from, to) => [op('Softmax', [from], `${to}_s`, { axis: 0 }), op('Add', [from, `${to}_s`], to)],
  cumulative: (from, to) => [op('CumSum', [from, 'zero'], to)],
  attention: (from, to) => [
    op('Transpose', [from], `${to}_t`),
    op('MatMul', [from, `${to}_t`], `${to}_p`),
    op('Softmax', [`${to}_p`], `${to}_a`, { axis: 1 }),
    op('MatMul', [`${to}_a`, from], to),
  ],
  firstRow: (from, to) => [op('Gather', [from, 'zero'], `${to}_g`, { axis: 0 }), op('Add', [from, `${to}_g`], to)],
  sorted: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zeros'], `${to}_k`),
    { op: 'TopK', inputs: [from, `${to}_k`], outputs: [to, `${to}_i`], attributes: [{ name: 'axis', int: 0 }] },
  ],
  count: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zero'], `${to}_n`),
    op('Cast', [`${to}_n`], `${to}_f`, { to: onnxType.float }),
    op('Div', [from, `${to}_f`], to),
  ],
  position: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zero'], `${to}_n`),
    op('Range', ['zero', `${to}_n`, 'one'], `${to}_r`),
    op('Cast', [`${to}_r`], `${to}_f`, { to: onnxType.float }),
    op('Unsqueeze', [`${to}_f`, 'ones'], `${to}_c`),
    op('Mul', [`${to}_c`, 'b'], `${to}_e`),
    op('Add', [from, `${to}_e`], to),
  ],
  scale: (from, to) => [
    { op: 'ReduceL2', inputs: [from], outputs: [`${to}_l`], attributes: [{ name: 'keepdims', int: 0 }] },
    op('Div', [from, `${to}_l`], to),
  ],
};

const longs = (name: string, values: readonly bigint[], dims: readonly number[]): Initializer => ({
  ...{ name, type: onnxType.int64, dims },
  raw: new Uint8Array(BigInt64Array.from(values).buffer),
});

function floats(name: string, dims: readonly number[], seed: number): Initializer {
  const rng = createSeededRng(seed);
  const size = dims.reduce((a, b) => a * b, 1);
  const raw = new Uint8Array(Float32Array.from({ length: size }, () => 2 * rng() - 1).buffer);
  return { name, type: onnxType.float, dims, raw };
}

/** Returns a model of the layers in order, whose first dimensions have different names. */
function modelOf(layers: readonly Layer[], seed: number): Uint8Array {
  const nameAt = (index: number): string => (index === 0 ? 'x' : index === layers.length ? 'y' : `h${index}`);
  return writeModel({
    nodes: layers.flatMap((layer, index) => layer(nameAt(index), nameAt(index + 1))),
    inputs: [{ name: 'x', type: onnxType.float, dims: ['unk__1', width] }],
    outputs: [{ name: 'y', type: onnxType.float, dims: ['unk__2', width] }],
    initializers: [
      ...[floats('w', [width, width], seed + 1), floats('b', [width], seed + 2)],
      ...[longs('zero', [0n], []), longs('one', [1n], []), longs('zeros', [0n], [1]), longs('ones', [1n], [1])],
    ],
  });
}

async function verify(model: Uint8Array): Promise<ComparisonResult> {
  await using session = await openModelSession(model);
  const background: BackgroundModel = {
    async run(inputs) {
      const given = inputs.map(({ data, ...input }) => ({ ...input, data: Buffer.concat([...data]) }));
      return (await session.run(given)).map((output) => ({ ...output, data: Buffer.from(output.data) }));
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const spec = { name: 'x', datatype: 'FP32', dims: [width] } as const;
  const signature: Signature = { inputs: [spec], outputs: [{ ...spec, name: 'y' }], batched: true };
  const context = { clock: systemClock, reportProgress: () => undefined, signal: new AbortController().signal };
  const budget = createSampleBudget(undefined, context);
  const samples = syntheticSamples(signature, 32);
  return await verifyBatches({ original: background, generated: background, samples, bound: 0.999999, budget }, 1);
}

const layersOf = fc.array(fc.constantFrom(...Object.values(rowwise)), { minLength: 0, maxLength: 4 });

describe('the verification of a batch', function () {
  this.timeout(60_000);

  for (const [name, mixed] of Object.entries(mixing)) {
    it(`finds rows that a layer mixes anywhere in a graph: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(layersOf, layersOf, fc.nat(), async (before, after, seed) => {
          const { problem } = await verify(modelOf([...before, mixed, ...after], seed));
          assert.notEqual(problem, undefined);
        }),
        { numRuns: 20 },
      ));
  }

  it('accepts graphs that keep rows apart', () =>
    fc.assert(
      fc.asyncProperty(layersOf, fc.nat(), async (layers, seed) => {
        const { problem } = await verify(modelOf([...layers, ...Object.values(rowwise)], seed));
        assert.equal(problem, undefined);
      }),
      { numRuns: 30 },
    ));
});
