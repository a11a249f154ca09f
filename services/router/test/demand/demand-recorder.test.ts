import assert from 'node:assert/strict';
import { fallbackObjective, latencyBucket, milliseconds, variantId } from '@pareto/core';
import { objectiveClass } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { createManualClock } from '@pareto/testkit';
import { createDemandRecorder } from '../../src/demand/demand-recorder.js';
import type { ResolvedQuery } from '../../src/resolve/resolve.js';
import { domainTable } from '../support/domain-table.js';

const [a, b] = [variantId('a:original'), variantId('b:original')];

function resolvedQuery(latencyMs = 1000, items = 1, target = 'digits'): ResolvedQuery {
  const table = domainTable({ a: { ms: 1, replicas: 1 } });
  const entry = table.targets.get('digits');
  assert.ok(entry !== undefined);
  const objective = { ...fallbackObjective, latencyMs: milliseconds(latencyMs) };
  return {
    ...{ table, entry: { ...entry, name: target }, items, shapes: undefined },
    ...{ objective, objectiveClass: objectiveClass(objective), preference: 'cheapest' },
  };
}

function setUp() {
  const clock = createManualClock();
  const sent: wire.DemandInput[] = [];
  const sentAt: number[] = [];
  let isConnected = true;
  const limits: wire.LimitCountInput[] = [];
  const recorder = createDemandRecorder({
    ...{ clock, limitsReached: () => [...limits] },
    send: (demand) => isConnected && sent.push(demand) > 0 && sentAt.push(clock.now()) > 0,
  });
  return { clock, sent, sentAt, recorder, limits, setConnected: (value: boolean) => (isConnected = value) };
}

describe('the demand recorder', () => {
  it('reports each second, by target and objective', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    recorder.answered(resolvedQuery(), a, 10);
    recorder.answered(resolvedQuery(1000, 4), a, 1500);
    recorder.refused(resolvedQuery(50), true);
    recorder.failed(resolvedQuery(50));
    await clock.advance(1000);
    const [demand] = sent;
    assert.ok(demand !== undefined);
    assert.equal(demand.windowMs, 1000);
    const brief = demand.entries?.map((e) => [e.objective?.latencyMs, e.requests, e.items, e.refused, e.violations]);
    assert.deepEqual(brief, [
      [1000, 2, 5, 0, 1],
      [50, 1, 1, 1, 0],
    ]);
    assert.deepEqual(demand.entries?.[0]?.itemsByVariant, { [a]: 5 });
    assert.deepEqual(demand.entries[0].latencyCounts, { [latencyBucket(10)]: 1, [latencyBucket(1500)]: 1 });
    assert.deepEqual(
      demand.entries.map(({ failed, infeasible }) => [failed, infeasible]),
      [
        [0, 0],
        [1, 1],
      ],
    );
    await clock.advance(5000);
    assert.equal(sent.length, 1, 'reports nothing without queries');
  });

  it('counts each offered query once, with at most the largest batch of its target', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    for (const items of [1, 3, 1_000_000]) recorder.offered(resolvedQuery(1000, items));
    recorder.answered(resolvedQuery(), a, 10);
    recorder.refused(resolvedQuery(1000, 3), false);
    recorder.failed(resolvedQuery(1000, 1_000_000));
    await clock.advance(1000);
    assert.deepEqual(
      sent.flatMap(({ entries = [] }) => entries.map(({ offeredItems }) => offeredItems)),
      [1 + 3 + 8],
    );
    recorder.answered(resolvedQuery(), a, 10);
    await clock.advance(1000);
    assert.deepEqual(
      sent[1]?.entries?.map(({ offeredItems, requests }) => [offeredItems, requests]),
      [[0, 1]],
      'an answer of a query that was offered before',
    );
  });

  it('reports a held query immediately, and repeatedly while it is held', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    const holds = [recorder.held(resolvedQuery(), a), recorder.held(resolvedQuery(), a)];
    await clock.advance(5);
    assert.deepEqual(
      sent.map(({ entries }) => [entries?.[0]?.held, entries?.[0]?.heldVariant]),
      [[2, a]],
    );
    await clock.advance(1000);
    assert.equal(sent.length, 2);
    for (const hold of holds) hold[Symbol.dispose]();
    await clock.advance(3000);
    assert.ok(sent.slice(2).every(({ entries }) => entries?.every(({ held = 0 }) => held === 0)));
  });

  it('reports further holds of a variant at most every 100 ms, and the first of another one immediately', async () => {
    const { clock, sent, sentAt, recorder } = setUp();
    await recorder.start(() => undefined);
    for (let i = 0; i < 100; i++) recorder.held(resolvedQuery(100 * i + 1), a);
    await clock.advance(10);
    assert.deepEqual(sentAt, [2]);
    for (let i = 0; i < 29; i++) {
      recorder.held(resolvedQuery(), a);
      await clock.advance(10);
    }
    assert.deepEqual(sentAt, [2, 102, 202]);
    recorder.held(resolvedQuery(), b);
    await clock.advance(10);
    assert.deepEqual(sentAt, [2, 102, 202, 302]);
    const held = sent.at(-1)?.entries?.reduce((sum, entry) => sum + Number(entry.held ?? 0), 0);
    assert.equal(held, 100 + 29 + 1);
    recorder.held(resolvedQuery(1000, 1, 'other'), a);
    await clock.advance(10);
    assert.equal(sentAt.at(-1), 312, 'the same variant, for another target');
    await clock.advance(500);
    assert.equal(sentAt.length, 5, 'without further holds');
  });

  it('reports a variant that was missed like one with a held query, until the next second ends', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    recorder.missed(resolvedQuery(), b);
    recorder.missed(resolvedQuery(), b);
    const held = () =>
      sent
        .flatMap(({ entries }) => entries ?? [])
        .flatMap(({ held: count, heldVariant }) => (heldVariant === undefined ? [] : [[count, heldVariant]]));
    await clock.advance(2);
    assert.deepEqual(held(), [[1, b]]);
    await clock.advance(3000);
    const [once, repeated] = [1, 2].map((count) => Array.from({ length: count }, () => [1, b]));
    assert.deepEqual(held(), repeated);
    recorder.missed(resolvedQuery(), b);
    await clock.advance(2);
    assert.deepEqual(held().slice(2), once);
  });

  it('reports a hold immediately again after all holds of the variant ended', async () => {
    const { clock, sentAt, recorder } = setUp();
    await recorder.start(() => undefined);
    const first = recorder.held(resolvedQuery(), a);
    const second = recorder.held(resolvedQuery(50), a);
    await clock.advance(10);
    first[Symbol.dispose]();
    const third = recorder.held(resolvedQuery(), a);
    await clock.advance(10);
    assert.deepEqual(sentAt, [2], 'the variant is still held');
    second[Symbol.dispose]();
    third[Symbol.dispose]();
    recorder.held(resolvedQuery(), a);
    await clock.advance(10);
    assert.deepEqual(sentAt, [2, 22]);
  });

  it('repeats a report of a hold that could not be sent', async () => {
    const { clock, sentAt, recorder, setConnected } = setUp();
    await recorder.start(() => undefined);
    setConnected(false);
    recorder.held(resolvedQuery(), a);
    await clock.advance(150);
    setConnected(true);
    await clock.advance(100);
    assert.deepEqual(sentAt, [202]);
  });

  it('reports the limits that were reached each second, also without queries', async () => {
    const { clock, sent, recorder, limits } = setUp();
    await recorder.start(() => undefined);
    limits.push({ limit: 'connections', count: 12 });
    await clock.advance(2000);
    limits.pop();
    await clock.advance(2000);
    const demand = { windowMs: 1000, entries: [], limitsReached: [{ limit: 'connections', count: 12 }] };
    assert.deepEqual(sent, [demand, demand]);
  });

  it('keeps the demand while no controller is connected', async () => {
    const { clock, sent, recorder, setConnected } = setUp();
    await recorder.start(() => undefined);
    setConnected(false);
    recorder.answered(resolvedQuery(), a, 10);
    await clock.advance(2500);
    setConnected(true);
    recorder.answered(resolvedQuery(), a, 10);
    await clock.advance(1000);
    assert.deepEqual(
      sent.map(({ windowMs, entries }) => [windowMs, entries?.[0]?.requests]),
      [[3000, 2]],
    );
  });

  it('merges the queries of further classes of objectives per target', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    for (let i = 1; i <= 5000; i++) recorder.answered(resolvedQuery(i), a, 10);
    recorder.answered(resolvedQuery(3), a, 10);
    recorder.answered(resolvedQuery(100, 1, 'a'), a, 10);
    await clock.advance(1000);
    const entries = sent[0]?.entries ?? [];
    assert.equal(entries.length, 66);
    const ofTask = entries.filter(({ target }) => target === 'digits');
    assert.equal(
      ofTask.reduce((sum, { requests }) => sum + Number(requests), 0),
      5001,
    );
    const [largest] = ofTask;
    assert.ok(Number(largest?.requests) > 4000, 'the entry of the further classes');
    assert.equal(largest?.objective?.latencyMs, 177, 'the strictest of them');
    assert.deepEqual(
      entries.filter(({ target }) => target === 'a').map((e) => [e.objective?.latencyMs, e.requests]),
      [[100, 1]],
    );
  });

  it('forgets a held query also if its class had no entry of its own when it was held', async () => {
    const { clock, sent, recorder } = setUp();
    await recorder.start(() => undefined);
    for (let i = 1; i <= 5000; i++) recorder.answered(resolvedQuery(i), a, 10);
    const hold = recorder.held(resolvedQuery(5000), a);
    await clock.advance(1000);
    hold[Symbol.dispose]();
    await clock.advance(3000);
    const last = sent.at(-1)?.entries ?? [];
    assert.ok(last.every(({ held = 0 }) => held === 0));
    assert.equal(sent.length, 3, 'the query was held, is held, and is not held any more');
  });
});
