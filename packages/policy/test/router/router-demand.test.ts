import assert from 'node:assert/strict';
import { fallbackObjective, latencyBucket, milliseconds, variantId } from '@pareto/core';
import { buildTargetEntry } from '@pareto/testkit';
import {
  createRouterDemand,
  defaultRouterDemandParams,
  objectiveClass,
  type DemandReport,
  type LimitCount,
  type TargetQuery,
} from '../../src/index.js';
import { candidate } from '../support/candidates.js';

const [a, b] = [variantId('a:original'), variantId('b:original')];
const entry = buildTargetEntry([candidate(0)]);

function query(latencyMs = 1000, items = 1, target = 'digits'): TargetQuery {
  const objective = { ...fallbackObjective, latencyMs: milliseconds(latencyMs) };
  return {
    ...{ entry: { ...entry, name: target }, items, shapes: undefined },
    ...{ objective, objectiveClass: objectiveClass(objective) },
  };
}

/** Applies ticks when they are due, from the time 0 on. */
function setUp() {
  const demand = createRouterDemand(defaultRouterDemandParams);
  const sent: DemandReport[] = [];
  const sentAt: number[] = [];
  const limits: LimitCount[] = [];
  let isConnected = true;
  let now = 0;
  function tick(): void {
    const report = demand.tick([...limits], now);
    if (report === undefined) return;
    // Held queries stay counted in the same map.
    const entries = report.entries.map((each) => ({ ...each, held: new Map(each.held) }));
    if (isConnected) sent.push({ ...report, entries });
    if (isConnected) sentAt.push(now);
    demand.sent(isConnected);
  }
  tick();
  return {
    demand,
    sent,
    sentAt,
    limits,
    setConnected: (value: boolean) => (isConnected = value),
    hold: (held: TargetQuery, variant = a) => demand.hold(held, variant, now),
    miss: (missed: TargetQuery, variant = a) => demand.missed(missed, variant, now),
    advance: (ms: number): void => {
      const end = now + ms;
      while (demand.dueAt <= end) {
        now = Math.max(now, demand.dueAt);
        tick();
      }
      now = end;
    },
    /** Held queries in each report. */
    heldCounts: () => sent.map(({ entries }) => entries.flatMap(({ held }) => [...held])),
  };
}

describe('the demand on a router', () => {
  it('is reported each second, by target and objective', () => {
    const { demand, sent, advance } = setUp();
    demand.answered(query(), a, 10);
    demand.answered(query(1000, 4), a, 1500);
    demand.ended(query(50), 'failed-precondition');
    demand.ended(query(50), 'unavailable');
    demand.ended(query(50), 'invalid-argument');
    advance(1000);
    const [report] = sent;
    assert.ok(report !== undefined);
    assert.equal(report.windowMs, 1000);
    const brief = report.entries.map((e) => [e.objective.latencyMs, e.requests, e.items, e.refused, e.violations]);
    assert.deepEqual(brief, [
      [1000, 2, 5, 0, 1],
      [50, 1, 1, 1, 0],
    ]);
    assert.deepEqual(report.entries[0]?.itemsByVariant, new Map([[a, 5]]));
    const latencies = [10, 1500].map((ms) => [latencyBucket(ms), 1] as const);
    assert.deepEqual(report.entries[0].latencyCounts, new Map(latencies));
    assert.deepEqual(
      report.entries.map(({ failed, infeasible }) => [failed, infeasible]),
      [
        [0, 0],
        [1, 1],
      ],
    );
    advance(5000);
    assert.equal(sent.length, 1, 'reports nothing without queries');
  });

  it('counts each offered query once, with at most the largest batch of its target', () => {
    const { demand, sent, advance } = setUp();
    for (const items of [1, 3, 1_000_000]) demand.offered(query(1000, items));
    demand.answered(query(), a, 10);
    demand.ended(query(1000, 3), 'resource-exhausted');
    demand.ended(query(1000, 1_000_000), 'internal');
    advance(1000);
    assert.deepEqual(
      sent.flatMap(({ entries }) => entries.map(({ offeredItems }) => offeredItems)),
      [1 + 3 + 8],
    );
    demand.answered(query(), a, 10);
    advance(1000);
    assert.deepEqual(
      sent[1]?.entries.map(({ offeredItems, requests }) => [offeredItems, requests]),
      [[0, 1]],
      'an answer of a query that was offered before',
    );
  });

  it('has a held query immediately, and repeatedly while it is held', () => {
    const { demand, sent, advance, hold, heldCounts } = setUp();
    const holds = [hold(query()), hold(query())];
    advance(5);
    assert.deepEqual(heldCounts(), [[[a, 2]]]);
    advance(1000);
    assert.equal(sent.length, 2);
    for (const held of holds) demand.release(held);
    advance(3000);
    assert.ok(heldCounts().slice(2).flat().length === 0);
  });

  it('has further holds of a variant at most every 100 ms, and the first of another one immediately', () => {
    const { sentAt, advance, hold, heldCounts } = setUp();
    for (let i = 0; i < 100; i++) hold(query(100 * i + 1));
    advance(10);
    assert.deepEqual(sentAt, [2]);
    for (let i = 0; i < 29; i++) {
      hold(query());
      advance(10);
    }
    assert.deepEqual(sentAt, [2, 102, 202]);
    hold(query(), b);
    advance(10);
    assert.deepEqual(sentAt, [2, 102, 202, 302]);
    const held = heldCounts()
      .at(-1)
      ?.reduce((sum, [, count]) => sum + count, 0);
    assert.equal(held, 100 + 29 + 1);
    hold(query(1000, 1, 'other'));
    advance(10);
    assert.equal(sentAt.at(-1), 312, 'the same variant, for another target');
    advance(500);
    assert.equal(sentAt.length, 5, 'without further holds');
  });

  it('has a variant that was missed like one with a held query, until the next second ends', () => {
    const { advance, miss, heldCounts } = setUp();
    miss(query(), b);
    miss(query(), b);
    advance(2);
    assert.deepEqual(heldCounts(), [[[b, 1]]]);
    advance(3000);
    const counted = (): number => heldCounts().filter((held) => held.length > 0).length;
    assert.equal(counted(), 2);
    miss(query(), b);
    advance(2);
    assert.equal(counted(), 3);
    advance(3000);
    assert.equal(counted(), 4);
  });

  it('has a hold immediately again after all holds of the variant ended', () => {
    const { demand, sentAt, advance, hold } = setUp();
    const first = hold(query());
    const second = hold(query(50));
    advance(10);
    demand.release(first);
    const third = hold(query());
    advance(10);
    assert.deepEqual(sentAt, [2], 'the variant is still held');
    demand.release(second);
    demand.release(third);
    hold(query());
    advance(10);
    assert.deepEqual(sentAt, [2, 22]);
  });

  it('is reported again after a report of a hold that could not be sent', () => {
    const { sentAt, advance, hold, setConnected } = setUp();
    setConnected(false);
    hold(query());
    advance(150);
    setConnected(true);
    advance(100);
    assert.deepEqual(sentAt, [202]);
  });

  it('has the limits that were reached each second, also without queries', () => {
    const { sent, advance, limits } = setUp();
    limits.push({ limit: 'connections', count: 12 });
    advance(2000);
    limits.pop();
    advance(2000);
    const report = { windowMs: 1000, entries: [], limitsReached: [{ limit: 'connections', count: 12 }] };
    assert.deepEqual(sent, [report, report]);
  });

  it('is kept while no controller is connected', () => {
    const { demand, sent, advance, setConnected } = setUp();
    setConnected(false);
    demand.answered(query(), a, 10);
    advance(2500);
    setConnected(true);
    demand.answered(query(), a, 10);
    advance(1000);
    assert.deepEqual(
      sent.map(({ windowMs, entries }) => [windowMs, entries[0]?.requests]),
      [[3000, 2]],
    );
  });

  it('merges the queries of further classes of objectives per target', () => {
    const { demand, sent, advance } = setUp();
    for (let i = 1; i <= 5000; i++) demand.answered(query(i), a, 10);
    demand.answered(query(3), a, 10);
    demand.answered(query(100, 1, 'a'), a, 10);
    advance(1000);
    const entries = sent[0]?.entries ?? [];
    assert.equal(entries.length, 66);
    const ofTask = entries.filter(({ target }) => target === 'digits');
    assert.equal(
      ofTask.reduce((sum, { requests }) => sum + requests, 0),
      5001,
    );
    const [largest] = ofTask;
    assert.ok((largest?.requests ?? 0) > 4000, 'the entry of the further classes');
    assert.equal(largest?.objective.latencyMs, 177, 'the strictest of them');
    assert.deepEqual(
      entries.filter(({ target }) => target === 'a').map((e) => [e.objective.latencyMs, e.requests]),
      [[100, 1]],
    );
  });

  it('forgets a held query also if its class had no entry of its own when it was held', () => {
    const { demand, sent, advance, hold, heldCounts } = setUp();
    for (let i = 1; i <= 5000; i++) demand.answered(query(i), a, 10);
    const held = hold(query(5000));
    advance(1000);
    demand.release(held);
    advance(3000);
    assert.deepEqual(heldCounts().at(-1), []);
    assert.equal(sent.length, 3, 'the query was held, is held, and is not held any more');
  });
});
