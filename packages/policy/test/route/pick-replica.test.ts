import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { idleLoads, pickReplica, type LoadView } from '../../src/index.js';
import { candidate } from '../support/candidates.js';

const waits = (...backlogMs: readonly number[]): LoadView => ({
  ...idleLoads,
  replicaBacklogMs: (loadIndex) => backlogMs[loadIndex] ?? 0,
});

function proportions(loads: LoadView, replicas: number): readonly number[] {
  const rng = createSeededRng(7);
  const counts = new Array<number>(replicas).fill(0);
  for (let i = 0; i < 6000; i++) {
    const picked = pickReplica(candidate(0, { replicas }), loads, rng);
    if (picked !== undefined) counts[picked.loadIndex] = (counts[picked.loadIndex] ?? 0) + 1;
  }
  return counts.map((count) => Math.round((count / 6000) * 20) / 20);
}

describe('pickReplica', () => {
  it('spreads evenly over equal replicas', () =>
    assert.deepEqual(proportions(waits(0, 0, 0, 0), 4), [0.25, 0.25, 0.25, 0.25]));
  it('picks the better of two draws', () => assert.deepEqual(proportions(waits(0, 10, 20), 3), [0.65, 0.35, 0]));
  it('never picks one that must not be called', () => assert.deepEqual(proportions(waits(Infinity, 10), 2), [0, 1]));
  it('returns undefined if no replica is usable', () => {
    assert.equal(pickReplica(candidate(0, { replicas: 1 }), waits(Infinity), createSeededRng(1)), undefined);
    assert.equal(pickReplica(candidate(0, { replicas: 0 }), waits(), createSeededRng(1)), undefined);
  });
});
