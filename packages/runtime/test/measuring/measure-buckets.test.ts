import assert from 'node:assert/strict';
import { systemClock, type ShapeBucket, type Signature } from '@pareto/core';
import { buildPoint, buildProfile, onnxType, writeModel, type Value } from '@pareto/testkit';
import { createFifoTokens } from '../../src/devices/fifo-tokens.js';
import { measureBuckets } from '../../src/index.js';
import { load, pool, saveModel } from '../support/harness.js';

const side = 64;
const spec = (name: string) => ({ name, datatype: 'FP32', dims: [-1, -1] }) as const;
const signature: Signature = { inputs: [spec('x')], outputs: [spec('y')], batched: true };

/** A model that accepts any number of rows, of `side` columns only. */
function rowsModel(): Uint8Array {
  const value = (name: string): Value => ({ name, type: onnxType.float, dims: ['batch', 'rows', 'columns'] });
  const weights = { name: 'w', type: onnxType.float, dims: [side, side], raw: new Uint8Array(4 * side * side) };
  return writeModel({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [value('x')],
    outputs: [value('y')],
    initializers: [weights],
  });
}

const bucketOf = (rows: number, columns = side): ShapeBucket => ({
  shapes: { x: [rows, columns] },
  points: [buildPoint(1, 123)],
});
const request = (buckets: readonly ShapeBucket[]) => ({
  ...{ signature, maxBatch: 2, profileMs: 2_000, tokens: createFifoTokens(1), loads: pool.loads, buckets },
});
const profile = buildProfile([buildPoint(1, 1)], { shapes: { x: [8, side] } });

describe('shape buckets', function () {
  this.timeout(60_000);

  it('are measured for each batch size, and leave the rest of the profile as it is', async () => {
    await using executor = await load(await saveModel('rows', rowsModel()));
    const measured = await measureBuckets(executor, profile, request([bucketOf(16), bucketOf(2_000)]), systemClock);
    const { buckets = [], noise: _noise, ...rest } = measured;
    assert.deepEqual(rest, profile);
    assert.deepEqual(
      buckets.map(({ shapes, points }) => [shapes['x'], points.map(({ batch }) => batch)]),
      [
        [
          [16, side],
          [1, 2],
        ],
        [
          [2_000, side],
          [1, 2],
        ],
      ],
    );
    assert.ok((buckets[0]?.points[0]?.p50Ms ?? Infinity) < (buckets[1]?.points[0]?.p50Ms ?? 0));
  });

  it('keep their points if the model fails on them, or if they are too large', async () => {
    await using executor = await load(await saveModel('rows', rowsModel()));
    const buckets = [bucketOf(16, side + 1), bucketOf(2 ** 30), bucketOf(16)];
    const measured = await measureBuckets(executor, profile, request(buckets), systemClock);
    assert.deepEqual(measured.buckets?.slice(0, 2), buckets.slice(0, 2));
    assert.notDeepEqual(measured.buckets[2], buckets[2]);
  });

  it('are none for a profile that was not run', async () => {
    await using executor = await load(await saveModel('rows', rowsModel()));
    const unrun = buildProfile([]);
    assert.equal(await measureBuckets(executor, unrun, request([bucketOf(16)]), systemClock), unrun);
  });
});
