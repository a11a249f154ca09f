import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { utilisationWithin } from '../../src/place/context/utilisation.js';

/** Simulates one queue of random arrivals and constant service. Returns the share that waits for longer than `slack`. */
function lateShare(load: number, replicas: number, slack: number): number {
  const rng = createSeededRng(1);
  const freeAt = new Array<number>(replicas).fill(0);
  const count = 200_000;
  let [now, late] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    now -= Math.log(1 - rng()) / load;
    const first = freeAt.indexOf(Math.min(...freeAt));
    const startsAt = Math.max(now, freeAt[first] ?? 0);
    if (startsAt - now > slack) late += 1;
    freeAt[first] = startsAt + 1;
  }
  return late / count;
}

describe('utilisationWithin', () => {
  it('is the target where queries have the time to wait', () => {
    for (const load of [0.001, 0.5, 3, 40, 1e9]) assert.equal(utilisationWithin(load, 20, 0.01, 0.7), 0.7);
    assert.equal(utilisationWithin(500, 0.5, 0.01, 0.7), 0.7);
  });

  it('keeps few queries of a simulated queue waiting for too long, with at most a third more replicas than that takes', () => {
    for (const load of [0.3, 1, 2.5, 8]) {
      for (const slack of [0, 0.25, 0.5, 1]) {
        const replicas = Math.max(Math.ceil(load / 0.7), Math.round(load / utilisationWithin(load, slack, 0.01, 0.7)));
        const text = `load ${load}, slack ${slack}, ${replicas} replicas`;
        assert.ok(lateShare(load, replicas, slack) <= 0.01, text);
        const fewer = Math.floor(replicas / 1.34) - 1;
        if (fewer > load / 0.7) assert.ok(lateShare(load, fewer, slack) > 0.01, text);
      }
    }
  });
});
