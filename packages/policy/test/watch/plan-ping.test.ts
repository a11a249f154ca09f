import assert from 'node:assert/strict';
import {
  countPing,
  defaultPingParams as params,
  noPings,
  planLink,
  planPause,
  planPing,
  timedOutPing,
  type PingCounts,
  type PingEnd,
} from '../../src/index.js';

const after = (ends: readonly PingEnd[], isAnswered = false): PingCounts =>
  ends.reduce((counts, end) => countPing(counts, end, isAnswered), noPings);

describe('pings of a worker', () => {
  it('are sent every 500 ms, and every second after 10 s without queries', () => {
    assert.equal(planPause('alive', noPings, 9_500, params), 500);
    assert.equal(planPause('alive', noPings, 9_501, params), 1_000);
    assert.equal(planPause('lost', after(['lost', 'lost']), 60_000, params), 500);
  });

  it('follow immediately, with a shorter timeout, after the first failure', () => {
    const counts = after(['lost']);
    assert.equal(planPause('lost', counts, 0, params), 0);
    assert.deepEqual(planPing(counts, params), { timeoutMs: 500, probes: true });
    assert.deepEqual(planPing(after(['lost', 'lost']), params), { timeoutMs: 1_000, probes: true });
    assert.deepEqual(after(['lost', 'uncertain', 'alive']), noPings);
  });

  it('show nothing for as long as queries are answered or the process is alive, within 30 pings', () => {
    assert.equal(timedOutPing(false, 499, params), 'uncertain');
    assert.equal(timedOutPing(true, Infinity, params), 'uncertain');
    assert.equal(timedOutPing(false, 500, params), 'lost');
    const ends = Array.from({ length: 30 }, (): PingEnd => 'uncertain');
    assert.equal(planPing(after(ends.slice(1)), params).probes, true);
    assert.equal(planPing(after(ends), params).probes, false);
    assert.equal(planPing(after(ends, true), params).probes, true);
    assert.equal(planPause('uncertain', after(ends), 0, params), 0);
  });

  it('have the link opened again after two failures, or if the worker responds on another connection only', () => {
    assert.equal(planLink('lost', after(['lost']), undefined, params), 'keep');
    assert.equal(planLink('lost', after(['lost', 'lost']), undefined, params), 'reopen');
    const two = after(['uncertain', 'uncertain']);
    assert.equal(planLink('uncertain', two, undefined, params), 'compare');
    const three = countPing(two, 'uncertain', false);
    for (const [agoMs, plan] of [
      [undefined, 'keep'],
      [499, 'keep'],
      [500, 'reopen'],
    ] as const)
      assert.equal(planLink('uncertain', three, agoMs, params), plan);
    assert.equal(planLink('alive', noPings, 500, params), 'keep');
  });
});
