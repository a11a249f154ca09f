import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, fallbackObjective, milliseconds, type Candidate } from '@pareto/core';
import { buildTargetEntry } from '@pareto/testkit';
import {
  createLogWriter,
  createRouterCore,
  objectiveClass,
  replayRouterLog,
  trackQuery,
  type AttemptEnd,
  type RouterEffect,
  type RouterEvent,
  type RouterLogHeader,
  type RouterQuery,
} from '../../src/index.js';
import { ended, idle, on, params } from './support.js';

const workers = ['w:0', 'w:1', 'w:2'];
const ends: readonly AttemptEnd[] = [
  ...(['answered', 'refused', 'not-executed', 'full', 'unreachable', 'lost', 'reset', 'failed'] as const),
];

const step = fc.oneof(
  fc.record({
    kind: fc.constant('query' as const),
    latencyMs: fc.integer({ min: 10, max: 200 }),
    deadline: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('end' as const), index: fc.nat(20), end: fc.constantFrom(...ends) }),
  fc.record({ kind: fc.constant('report' as const), worker: fc.nat(2), backlogMs: fc.nat(100) }),
  fc.record({ kind: fc.constant('lost' as const), worker: fc.nat(2) }),
  fc.record({
    kind: fc.constant('table' as const),
    warm: fc.subarray(workers),
    usdPerHour: fc.constantFrom(undefined, 3_600_000),
  }),
  fc.constant({ kind: 'time' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps on a core, carries out its effects, and returns its log. */
function record(steps: readonly Step[], seed: number): string[] {
  const core = createRouterCore<number>(params, createSeededRng(seed), () => undefined);
  const writer = createLogWriter<number>();
  const header: RouterLogHeader = { log: 'router', version: 2, seed, params };
  const log = [JSON.stringify(header)];
  const sent: RouterQuery<number>[] = [];
  const held = new Set<RouterQuery<number>>();
  const fixed = on(1, ['w:0'], { p99Ms: 30, cost: 2, accuracy: 0.95 });
  let candidates: readonly Candidate[] = [on(0, []), fixed];
  let entry = buildTargetEntry(candidates);
  let now = 0.25;

  function resolve(query: RouterQuery<number>, latencyMs: number): void {
    const objective = { ...fallbackObjective, prefer: 'cost' as const, latencyMs: milliseconds(latencyMs) };
    const asked = { objective, objectiveClass: objectiveClass(objective) };
    apply({ kind: 'resolved', query, resolved: { entry, items: 1, shapes: undefined, ...asked }, lagMs: 0.1 });
  }
  function apply(event: RouterEvent<number>): void {
    const effects: RouterEffect<number>[] = [];
    core.apply(event, now, effects);
    log.push(JSON.stringify(writer.lineOf(event, now, effects, 0)));
    for (const effect of effects) {
      if ('query' in effect) held.delete(effect.query);
      if (effect.kind === 'forward') sent.push(effect.query);
      if (effect.kind === 'hold') held.add(effect.query);
      if (effect.kind === 'report') apply({ kind: 'report-sent', isSent: now % 2 < 1 });
      if (effect.kind === 'resolve') resolve(effect.query, effect.query.resolved?.objective.latencyMs ?? 0);
    }
  }
  function setTable(warm: readonly string[], usdPerHour?: number): void {
    candidates = [on(0, warm), fixed];
    entry = buildTargetEntry(candidates);
    const prices = usdPerHour === undefined ? {} : { [fixed.hardwareClass]: usdPerHour };
    const congestion = usdPerHour === undefined ? undefined : { usdPerHour: prices, accuracyUsd: 1e-3, missUsd: 1e-3 };
    const table = { candidates, congestion, replicas: candidates.flatMap(({ replicas }) => replicas) };
    apply({ kind: 'table', table, localAddress: 'w:1' });
    apply({ kind: 'linked' });
  }
  setTable(workers);
  for (const [index, each] of steps.entries()) {
    now += 3.3;
    if (core.dueAt <= now || index === 0) apply({ kind: 'tick', limitsReached: [] });
    const address = 'worker' in each ? (workers[each.worker] ?? '') : '';
    switch (each.kind) {
      case 'query': {
        const deadlineAt = each.deadline ? now + 1.5 * each.latencyMs : Infinity;
        const arrived = { receivedAt: now - 1, deadlineAt, requestBytes: 10, priority: Infinity };
        resolve(trackQuery(index, arrived), each.latencyMs);
        break;
      }
      case 'end': {
        const [query] = sent.splice(each.index % Math.max(1, sent.length), 1);
        if (query === undefined) break;
        const fields = each.end === 'failed' ? { code: 'internal' as const } : { load: idle, tookMs: 2 };
        apply(ended(query, each.end, fields));
        break;
      }
      case 'report': {
        const loads = [`c0-${address}`, `c1-${address}`].map((replicaId) => ({
          ...idle,
          backlogMs: each.backlogMs,
          replicaId,
        }));
        apply({ kind: 'reported', address, loads });
        break;
      }
      case 'lost':
        apply({ kind: 'lost', address });
        break;
      case 'table':
        setTable(each.warm, each.usdPerHour);
        break;
      case 'time':
        now += 400;
        for (const query of held) if (now >= (query.hold?.until ?? Infinity)) apply({ kind: 'hold-timeout', query });
    }
  }
  apply({ kind: 'draining' });
  return log;
}

/** Replays the log of the steps, which must give the same effects. Returns the kinds of these. */
function replayed(steps: readonly Step[], seed: number): ReadonlySet<string> {
  const kinds = new Set<string>();
  const log = record(steps, seed);
  let lines = 0;
  for (const { line, effects } of replayRouterLog(log)) {
    assert.equal(JSON.stringify(effects), JSON.stringify(line.effects));
    for (const { kind } of effects) kinds.add(kind);
    lines += 1;
  }
  assert.equal(lines, log.length - 1);
  return kinds;
}

describe('the log of a router core', () => {
  it('gives the same effects when it is replayed', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150, size: 'max' }),
        fc.nat(1_000),
        (steps, seed) => void replayed(steps, seed),
      ),
    );
  });

  it('has every effect of a long run', () => {
    const kinds = replayed(fc.sample(step, { numRuns: 2_000, seed: 1 }), 1);
    const queries = ['answer', 'expire', 'fail', 'forward', 'give-up', 'hold', 'late', 'refuse', 'resolve', 'suspect'];
    assert.deepEqual([...kinds].toSorted(), [...queries, 'callable', 'report'].toSorted());
  });

  it('differs when the seed does', () => {
    const steps = Array.from({ length: 40 }, (): Step => ({ kind: 'query', latencyMs: 200, deadline: false }));
    const [first = '', ...rest] = record(steps, 1);
    const other = [first.replace('"seed":1', '"seed":2'), ...rest];
    const differs = [...replayRouterLog(other)].some(
      ({ line, effects }) => JSON.stringify(effects) !== JSON.stringify(line.effects),
    );
    assert.ok(differs);
  });

  it('is rejected in another format', () => {
    assert.throws(() => [...replayRouterLog(['{"log":"router","version":1}'])], /version 2/);
    assert.throws(() => [...replayRouterLog(['{}'])], /expected the log of a router/);
  });
});
