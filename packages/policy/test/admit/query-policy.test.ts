import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createSeededRng,
  fallbackObjective,
  milliseconds,
  workerId,
  type Candidate,
  type CongestionPrices,
  type ReplicaId,
  type ReplicaLoad,
  type TargetEntry,
} from '@pareto/core';
import { buildTargetEntry } from '@pareto/testkit';
import { createQueryPolicy, defaultAdmitParams, defaultRouteParams, type Decision } from '../../src/index.js';
import { candidate } from '../support/candidates.js';

const held = { count: 0, bytes: 0 };
const report = (backlogMs: number): ReplicaLoad => ({
  ...{ backlogMs, queuedItems: backlogMs > 0 ? 1 : 0, runningItems: 0, itemMs: 10 },
  ...{ typical: 1, slow: 1, interfered: false },
});

const event = fc.oneof(
  fc.record({
    kind: fc.constant('query' as const),
    latencyMs: fc.integer({ min: 10, max: 300 }),
    items: fc.constantFrom(1, 4),
  }),
  fc.record({ kind: fc.constant('report' as const), replica: fc.nat(3), backlogMs: fc.nat(200) }),
  fc.record({ kind: fc.constant('down' as const), replica: fc.nat(3) }),
  fc.record({
    kind: fc.constant('end' as const),
    index: fc.nat(20),
    end: fc.constantFrom('answered' as const, 'refused' as const, 'failed' as const),
  }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Plays the events and returns the decisions. Checks that each query is only sent where its promise holds. */
function play(events: readonly Event[]): readonly Decision[] {
  const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(1));
  const one = candidate(0, { replicas: 4 });
  const target = buildTargetEntry([one]);
  policy.loads.apply({ kind: 'table', table: { candidates: [one] } }, 0, []);
  const waits = new Map<ReplicaId, { freeAt: number; ahead: number; isDown: boolean }>(
    one.replicas.map(({ id }) => [id, { freeAt: -Infinity, ahead: 0, isDown: false }]),
  );
  const sent: ReplicaId[] = [];
  const decisions: Decision[] = [];
  for (const [index, each] of events.entries()) {
    const now = 5 * index;
    const id = 'replica' in each ? one.replicas[each.replica]?.id : undefined;
    switch (each.kind) {
      case 'query': {
        const objective = { ...fallbackObjective, prefer: 'cost' as const, latencyMs: milliseconds(each.latencyMs) };
        const asked = {
          items: each.items,
          objective,
          elapsedMs: 1,
          isNew: true,
          isPatient: false,
        } as const;
        const decision = policy.decide(target, { ...asked, requestBytes: 10, held }, now);
        decisions.push(decision);
        if (decision.kind !== 'forward') break;
        const state = waits.get(decision.replica.id);
        assert.ok(state !== undefined && !state.isDown, 'the replica can be called');
        const waitMs = Math.max(0, state.freeAt - now);
        assert.ok(1 + waitMs + 12 <= each.latencyMs, `waits for ${waitMs} of ${each.latencyMs} ms`);
        state.freeAt = Infinity;
        sent.push(decision.replica.id);
        // The next report says when the replica is free again.
        policy.loads.apply({ kind: 'reported', replica: decision.replica.id, load: report(100) }, now, []);
        state.freeAt = now + 100;
        break;
      }
      case 'report':
        if (id === undefined) break;
        policy.loads.apply({ kind: 'reported', replica: id, load: report(each.backlogMs) }, now, []);
        waits.set(id, { freeAt: now + each.backlogMs, ahead: 0, isDown: false });
        break;
      case 'down': {
        if (id === undefined) break;
        policy.loads.apply({ kind: 'down', replica: id }, now, []);
        const state = waits.get(id);
        if (state !== undefined) state.isDown = true;
        break;
      }
      case 'end': {
        const [replica] = sent.splice(each.index, 1);
        if (replica === undefined) break;
        const ended = {
          kind: 'ended',
          replica,
          items: 1,
          end: each.end,
          load: report(50),
          hopMs: 1,
          errorMs: 1,
          hasWaited: true,
          isLate: false,
        } as const;
        policy.loads.apply(ended, now, []);
        const state = waits.get(replica);
        if (state !== undefined && !state.isDown) state.freeAt = now + 50;
      }
    }
  }
  return decisions;
}

describe('the query policy', () => {
  it('sends a query only where its promise holds, and decides the same for the same events', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => assert.deepEqual(play(events), play(events))),
    );
  });

  describe('of queries that prefer accuracy', () => {
    const fast = candidate(0, { name: 'fast', p99Ms: 3, cost: 1, accuracy: 0.9 });
    const best = candidate(1, { name: 'best', p99Ms: 24, cost: 8, accuracy: 0.98 });
    const unknown = candidate(2, { name: 'unknown', p99Ms: 3, cost: 1, accuracy: undefined });
    const target = buildTargetEntry([fast, best, unknown]);
    type Backlogs = readonly [fast: number, best: number, unknown?: number];

    /** Returns a function that lets replicas report backlogs, and returns the variant of a query, which is answered immediately. */
    function start(): (now: number, backlogs: Backlogs) => string {
      const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(1));
      policy.loads.apply({ kind: 'table', table: { candidates: [fast, best, unknown] } }, 0, []);
      return (now, backlogs) => {
        for (const [index, { replicas }] of [fast, best, unknown].entries())
          for (const { id } of replicas)
            policy.loads.apply({ kind: 'reported', replica: id, load: report(backlogs[index] ?? 90) }, now, []);
        const objective = { ...fallbackObjective, latencyMs: milliseconds(105) };
        const asked = { items: 1, shapes: undefined, objective, elapsedMs: 0 };
        const query = { ...asked, isNew: true, isPatient: false, requestBytes: 10, held };
        const decided = policy.decide(target, query, now);
        if (decided.kind !== 'forward') return decided.kind;
        const { replica, selection } = decided;
        const ended = { kind: 'ended', items: 1, end: 'answered', hopMs: 1, errorMs: 0, isLate: false } as const;
        const load = report(backlogs[selection.candidate.index] ?? 90);
        policy.loads.apply({ ...ended, replica: replica.id, load, hasWaited: false }, now, []);
        return selection.candidate.architecture;
      };
    }
    /** Lets some queries be rejected, because they have too little time for the backlogs. */
    function overload(variantAt: ReturnType<typeof start>, from: number): void {
      for (let now = from; now < from + 100; now += 10) assert.equal(variantAt(now, [200, 200, 200]), 'refuse');
    }

    it('waits for it while none is rejected, however long others wait', () => {
      const variantAt = start();
      for (let now = 0; now < 1_000; now += 10) assert.equal(variantAt(now, [0, 60]), 'best');
    });

    it('takes the most accurate idle variant while some are rejected, or else the cheapest', () => {
      const variantAt = start();
      overload(variantAt, 0);
      assert.equal(variantAt(200, [0, 60]), 'fast');
      assert.equal(variantAt(210, [20, 60]), 'fast');
      assert.equal(variantAt(220, [0, 0]), 'best');
    });

    it('does not wait for longer than for the most accurate variant', () => {
      const variantAt = start();
      overload(variantAt, 0);
      assert.equal(variantAt(200, [80, 60]), 'best');
    });

    it('does not take a variant whose accuracy is unknown because it is idle', () => {
      const variantAt = start();
      overload(variantAt, 0);
      assert.equal(variantAt(200, [20, 60, 0]), 'fast');
    });

    it('waits for it again two seconds after the last rejection', () => {
      const variantAt = start();
      overload(variantAt, 0);
      assert.equal(variantAt(900, [0, 60]), 'fast');
      assert.equal(variantAt(2_000, [0, 60]), 'best');
      assert.equal(variantAt(60_000, [0, 1]), 'best');
    });
  });

  describe('of queries that share slots', () => {
    const one = candidate(0, { p99Ms: 12 });
    const other = candidate(1, { p99Ms: 12, cost: 8 });
    const elsewhere = {
      ...other,
      replicas: other.replicas.map((route) => ({ ...route, worker: workerId('elsewhere') })),
    };
    const answered = { items: 1, end: 'answered', load: report(100), hopMs: 1, errorMs: 0, isLate: false } as const;

    /**
     * Returns how many of the queries with 400 ms are sent, of 100, next to one with so much time for the busy variant in every 100 ms.
     * They can be answered by the idle one too.
     */
    function sentNextTo(tightMs: number, idle?: Candidate, congestion?: CongestionPrices, waitMs = 100): number {
      const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(1));
      const all = [one, ...(idle === undefined ? [] : [idle])];
      policy.loads.apply({ kind: 'table', table: { candidates: all } }, 0, []);
      const [tight, loose] = [buildTargetEntry([one]), buildTargetEntry(all)];
      const decide = (target: TargetEntry, latencyMs: number, now: number): Decision => {
        const objective = { ...fallbackObjective, prefer: 'cost' as const, latencyMs: milliseconds(latencyMs) };
        const asked = { items: 1, shapes: undefined, objective, elapsedMs: 0, congestion };
        const decision = { ...asked, isNew: true, isPatient: false, requestBytes: 10, held };
        return policy.decide(target, decision, now);
      };
      let sent = 0;
      for (let now = 0; now < 2_000; now += 20) {
        for (const { id } of one.replicas)
          policy.loads.apply({ kind: 'reported', replica: id, load: report(waitMs) }, now, []);
        for (const { id } of idle?.replicas ?? [])
          policy.loads.apply({ kind: 'reported', replica: id, load: report(0) }, now, []);
        if (now % 100 === 0) decide(tight, tightMs, now);
        const decided = decide(loose, 400, now);
        if (decided.kind !== 'forward') continue;
        sent += 1;
        policy.loads.apply({ kind: 'ended', ...answered, replica: decided.replica.id, hasWaited: true }, now, []);
      }
      return sent;
    }

    it('limits no class because of queries that have no time to wait', () => {
      assert.equal(sentNextTo(15), 100);
      assert.ok(sentNextTo(40) < 50, 'these have time to wait, and get less than their share');
    });

    it('lets none wait for slots whose time costs more than a miss, but takes idle ones', () => {
      const dear = { usdPerHour: { [one.hardwareClass]: 3_600_000 }, accuracyUsd: 0, missUsd: 1e-3 };
      assert.ok(sentNextTo(40, undefined, { ...dear, usdPerHour: {} }, 300) > 0);
      // Four batches take less than the 300 ms that each has to wait for.
      assert.equal(sentNextTo(40, undefined, dear, 300), 0);
      assert.equal(sentNextTo(40, elsewhere, dear, 300), 100);
      assert.equal(sentNextTo(15, undefined, dear, 300), 100, 'no query with time to wait is rejected');
    });

    describe('while slots are short, one that needs a variant which is not loaded', () => {
      const { profile: measured } = other;
      const loadMs = milliseconds(300);
      const cold = { ...other, replicas: [], profile: measured && { ...measured, loadMs } };
      const slow = candidate(2, { p99Ms: 5_000 });
      const dear = { usdPerHour: { [one.hardwareClass]: 3_600_000 }, accuracyUsd: 0, missUsd: 1e-3 };
      interface Asked {
        readonly latencyMs: number;
        readonly next?: Candidate;
        readonly isNew?: boolean;
        readonly congestion?: CongestionPrices;
      }
      /** Decides on such a query, after one of another class was rejected for want of time on the slots if `wasShort` is set. */
      function decideCold({ latencyMs, next = slow, isNew = true, congestion = dear }: Asked, wasShort = true): string {
        const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(1));
        policy.loads.apply({ kind: 'table', table: { candidates: [one, cold, next] } }, 0, []);
        for (const { id } of one.replicas)
          policy.loads.apply({ kind: 'reported', replica: id, load: report(100) }, 0, []);
        const decide = (target: TargetEntry, ms: number, isFirst: boolean): Decision => {
          const objective = { ...fallbackObjective, latencyMs: milliseconds(ms) };
          const asked = { items: 1, shapes: undefined, objective, elapsedMs: 0, congestion };
          return policy.decide(target, { ...asked, isNew: isFirst, isPatient: false, requestBytes: 10, held }, 0);
        };
        if (wasShort) decide(buildTargetEntry([one]), 40, true);
        const decision = decide(buildTargetEntry([cold, next]), latencyMs, isNew);
        return decision.kind === 'refuse' ? decision.cause : decision.kind;
      }

      it('is rejected if the load takes longer than its latency', () => {
        assert.equal(decideCold({ latencyMs: 299 }), 'late-load');
        assert.equal(decideCold({ latencyMs: 300 }), 'hold');
      });
      it('is held if its target has no replica', () =>
        assert.equal(decideCold({ latencyMs: 40, next: { ...slow, replicas: [] } }), 'hold'));
      it('stays held if it was before', () => assert.equal(decideCold({ latencyMs: 40, isNew: false }), 'hold'));
      it('is held as long as no slot has a price', () =>
        assert.equal(decideCold({ latencyMs: 40, congestion: { ...dear, usdPerHour: {} } }), 'hold'));
      it('is held as long as slots are too few for no query', () =>
        assert.equal(decideCold({ latencyMs: 40 }, false), 'hold'));
    });

    it('sends a class that has got its share of some slots to idle ones of another worker, however much it costs', () => {
      assert.equal(sentNextTo(40, elsewhere), 100);
      assert.ok(sentNextTo(40, other) < 50, 'a replica on the same slots is idle only because others wait there');
    });
  });
});
