import assert from 'node:assert/strict';
import { milliseconds, ParetoError, systemClock, type Profile, type RowIsolation, type Signature } from '@pareto/core';
import { inspectGraph, type InspectedModel } from '@pareto/models';
import { createFifoTokens, type Executor } from '@pareto/runtime';
import {
  buildPoint,
  buildProfile,
  mixingLayers,
  openModelSession,
  rowGraph,
  rowwiseLayers,
  rowWidth,
} from '@pareto/testkit';
import { measureRows } from '../../src/rows/measure-rows.js';

const points = [1, 2, 4, 8].map((batch) => buildPoint(batch, 1));

/** Measures a model that `inspect` analyses. */
async function measure(
  model: Uint8Array,
  inspect: () => InspectedModel,
  profile: Partial<Profile> = {},
): Promise<RowIsolation> {
  await using session = await openModelSession(model);
  const spec = { name: 'x', datatype: 'FP32', dims: [rowWidth] } as const;
  const signature: Signature = { inputs: [spec], outputs: [{ ...spec, name: 'y' }], batched: true };
  const executor: Pick<Executor, 'providerUsed' | 'run'> = {
    providerUsed: 'cpu',
    async run({ inputs }) {
      const given = inputs.map(({ data, ...input }) => ({ ...input, data: Buffer.concat([...data]) }));
      const outputs = await session.run(given).catch(() => undefined);
      if (outputs === undefined) return { kind: 'failed', message: 'it does not run' };
      const copies = outputs.map((output) => ({ ...output, data: Buffer.from(output.data) }));
      return { kind: 'done', outputs: copies, computeMs: milliseconds(1) };
    },
  };
  return await measureRows({
    ...{ executor: executor as Executor, profile: buildProfile(points, profile), set: undefined, signature },
    ...{ tokens: createFifoTokens(1), modelPath: 'model.onnx', clock: systemClock },
    reader: { inspect: async () => inspect() },
    ...{ reportProgress: () => undefined, signal: new AbortController().signal },
  });
}

const layer = (layers: typeof mixingLayers, name: string) => layers[name] ?? assert.fail(`there is no layer ${name}`);

describe('the measurement of rows', function () {
  this.timeout(30_000);
  const apart = rowGraph([layer(rowwiseLayers, 'product')], 1);
  const unknown = (): never => {
    throw new ParetoError('resource-exhausted', 'wait');
  };

  it('proves what the graph proves, and names the operator that mixes rows', async () => {
    assert.deepEqual(await measure(apart, () => inspectGraph(apart)), { kind: 'proved' });
    const softmax = rowGraph([layer(mixingLayers, 'softmax')], 1);
    const verdict = await measure(softmax, () => inspectGraph(softmax));
    assert.match(verdict.kind === 'mixed' ? verdict.reason : '', /^Softmax .* runs over the batch$/);
  });

  it('decides by the runs if the graph cannot be inspected', async () => {
    assert.deepEqual(await measure(apart, unknown), { kind: 'checked', maxBatch: 8 });
    assert.equal((await measure(rowGraph([layer(mixingLayers, 'mean')], 1), unknown)).kind, 'mixed');
  });

  it('shares no batches of a model that does not run on the samples, but does not need those of a bucket', async () => {
    const bucket = { shapes: { x: [rowWidth + 1] }, points: [] };
    assert.deepEqual(await measure(apart, unknown, { buckets: [bucket] }), { kind: 'checked', maxBatch: 8 });
    assert.equal((await measure(apart, unknown, { shapes: bucket.shapes })).kind, 'mixed');
  });
});
