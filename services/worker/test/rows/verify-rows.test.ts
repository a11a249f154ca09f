import assert from 'node:assert/strict';
import fc from 'fast-check';
import { milliseconds, type RowIsolation, type Signature } from '@pareto/core';
import { mixingLayers, openLayers, openModelSession, rowGraph, rowwiseLayers, rowWidth } from '@pareto/testkit';
import type { TensorInput } from '@pareto/runtime';
import { verifyRows } from '../../src/rows/verify-rows.js';
import { syntheticSamples } from '../../src/sampling/samples.js';

const spec = { name: 'x', datatype: 'FP32', dims: [rowWidth] } as const;
const signature: Signature = { inputs: [spec], outputs: [{ ...spec, name: 'y' }], batched: true };

/** Verifies a model by runs alone, in batches of 2, 5 and 8. */
async function verify(model: Uint8Array): Promise<RowIsolation | undefined> {
  await using session = await openModelSession(model);
  return await verifyRows({
    analysis: { kind: 'unknown', reason: 'not analysed' },
    samples: syntheticSamples(signature, 8),
    ceiling: 8,
    paddedSize: (items) => items,
    expectedMs: () => 1,
    async run(inputs: readonly TensorInput[]) {
      const given = inputs.map(({ data, ...input }) => ({ ...input, data: Buffer.concat([...data]) }));
      const outputs = (await session.run(given)).map((output) => ({ ...output, data: Buffer.from(output.data) }));
      return { kind: 'done', outputs, computeMs: milliseconds(1) };
    },
    reportProgress: () => undefined,
  });
}

const layersOf = (layers: typeof openLayers) =>
  fc.array(fc.constantFrom(...Object.values(layers)), { minLength: 0, maxLength: 3 });

describe('the verification of rows', function () {
  this.timeout(60_000);

  for (const [name, mixing] of Object.entries(mixingLayers)) {
    it(`finds rows that a layer mixes anywhere in a graph: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(layersOf(openLayers), layersOf(openLayers), fc.nat(), async (before, after, seed) => {
          const verdict = await verify(rowGraph([...before, mixing, ...after], seed));
          assert.equal(verdict?.kind, 'mixed');
        }),
        { numRuns: 10 },
      ));
  }

  it('accepts graphs that keep rows apart, up to the largest batch', () =>
    fc.assert(
      fc.asyncProperty(layersOf(rowwiseLayers), fc.nat(), async (layers, seed) => {
        const verdict = await verify(rowGraph([...layers, ...Object.values(rowwiseLayers)], seed));
        assert.deepEqual(verdict, { kind: 'checked', maxBatch: 8 });
      }),
      { numRuns: 30 },
    ));

  it('does not run a graph that the analysis shows to mix rows', async () => {
    const verdict = await verifyRows({
      analysis: { kind: 'mixes', reason: 'Softmax runs over the batch' },
      samples: syntheticSamples(signature, 2),
      ...{ ceiling: 8, paddedSize: (items: number) => items, expectedMs: () => 1, reportProgress: () => undefined },
      run: () => assert.fail('it ran'),
    });
    assert.deepEqual(verdict, { kind: 'mixed', reason: 'Softmax runs over the batch', isLive: false });
  });
});
