import assert from 'node:assert/strict';
import { replaceLoaded } from '../../../src/baselines/accuracy-scaling/replace-loaded.js';
import { createOptionOf } from '../../../src/baselines/accuracy-scaling/scalable-option.js';
import { problemOn } from '../support/scaling.js';
import { servingReplica } from '../support/serving-replica.js';
import { workersOn } from '../support/small-cluster.js';

/** Returns options and workers with this memory, of which each variant takes 100 MiB. */
const on = (memoryMib: number) => {
  const problem = problemOn([{ ...workersOn('cpu', 2, 2), memoryMib }], [1]);
  const [small, large] = problem.options.map(({ option }) => option);
  const [w0, w1] = problem.pools[0]?.workers ?? [];
  assert.ok(small !== undefined && large !== undefined && w0 !== undefined && w1 !== undefined);
  const optionOf = createOptionOf([small, large]);
  return { small, large, w0, w1, optionOf };
};

describe('replaceLoaded', () => {
  const { small, large, w0, w1, optionOf } = on(1_000);
  const placed = [{ option: large, worker: w0 }];

  it('lets a replica serve until the one that replaces it on its worker is ready', () => {
    const before = servingReplica('small', w0);
    assert.deepEqual(replaceLoaded(placed, [before], optionOf), { placed: [], replaced: [before] });
    const loading = servingReplica('large', w0, { state: 'loading' });
    assert.deepEqual(replaceLoaded(placed, [before, loading], optionOf), { placed: [loading], replaced: [before] });
    const ready = servingReplica('large', w0);
    assert.deepEqual(replaceLoaded(placed, [before, ready], optionOf), { placed: [ready], replaced: [] });
  });
  it('keeps one replica for each that is missing', () => {
    const running = [servingReplica('small', w0), servingReplica('small', w0), servingReplica('small', w1)];
    assert.deepEqual(replaceLoaded(placed, running, optionOf).replaced, running.slice(0, 1));
    const both = [...placed, { option: small, worker: w0 }];
    const [kept, replaced] = running;
    assert.deepEqual(replaceLoaded(both, running, optionOf), { placed: [kept], replaced: [replaced] });
  });
  it('keeps none that leaves no memory for the new ones', () => {
    const tight = on(150);
    const target = [{ option: tight.large, worker: tight.w0 }];
    assert.deepEqual(replaceLoaded(target, [servingReplica('small', tight.w0)], tight.optionOf).replaced, []);
  });
});
