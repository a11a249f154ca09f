// The revision of the fleet's state, and the time at which a presence changes without one.

import assert from 'node:assert/strict';
import { bytes, milliseconds, variantId, workerId, type ReplicaReport, type WorkerId } from '@pareto/core';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createFleetState, type FleetState } from '../../src/fleet/fleet-state.js';
import type { WorkerReport, WorkerSession } from '../../src/fleet/live-worker.js';
import type { WorkTarget } from '../../src/fleet/work-target.js';
import { loadOf, reportOf, sessionOf, w1, w2, workerReport } from './workers.js';

const ms = milliseconds;
const params = { rejoinMs: 1_500, firstJoinMs: 10_000 };
const tiny = variantId('tiny:original');
const make: WorkTarget = { kind: 'make', architecture: 'tiny', version: 1, recipe: 'fp16' };

describe('revision of the fleet', () => {
  const connected = (): { readonly fleet: FleetState; readonly session: WorkerSession } => {
    const fleet = createFleetState(params);
    const session = sessionOf(w1);
    fleet.join(session, ms(0));
    fleet.report(session, workerReport([reportOf('a')]), ms(0));
    return { fleet, session };
  };
  const isRaised = (fleet: FleetState, change: () => unknown): boolean => {
    const before = fleet.revision;
    change();
    return fleet.revision > before;
  };

  it('is that of the last change of a worker, whatever other workers do', () => {
    const { fleet, session } = connected();
    const before = fleet.changedAt(w1);
    assert.equal(before, fleet.revision);
    fleet.join(sessionOf(w2), ms(10));
    assert.deepEqual([fleet.changedAt(w1), fleet.changedAt(w2)], [before, fleet.revision]);
    fleet.report(session, workerReport([reportOf('a', { state: 'draining' })]), ms(20));
    assert.equal(fleet.changedAt(w1), fleet.revision);
    fleet.forget(w2);
    assert.equal(fleet.changedAt(w2), 0);
  });

  it('increases with each change of a worker that planning or the table sees', () => {
    const { fleet, session } = connected();
    let now = 0;
    const reported =
      (report: WorkerReport): (() => unknown) =>
      () =>
        fleet.report(session, report, ms((now += 10)));
    const changes: Readonly<Record<string, () => unknown>> = {
      'another replica': reported(workerReport([reportOf('a'), reportOf('b')])),
      'a removed replica': reported(workerReport([reportOf('a')])),
      'another state': reported(workerReport([reportOf('a', { state: 'draining' })])),
      'other memory': reported(workerReport([reportOf('a', { state: 'draining', memoryBytes: bytes(7) })])),
      quarantine: reported(workerReport([reportOf('a', { state: 'failed', quarantined: true })])),
      measuring: reported(workerReport([], { measuring: tiny })),
      draining: reported(workerReport([], { measuring: tiny, draining: true })),
      'an order': () => fleet.order(w1, make),
      'an order that is withdrawn': () => fleet.order(w1, undefined),
      'another order': () => fleet.order(w1, make),
      'an order that is finished': () => fleet.finish(w1, make),
      'another worker': () => fleet.join(sessionOf(w2), ms(2_000)),
      suspicion: () => fleet.suspect(w1, ms(2_000)),
      'the end of the suspicion': () => fleet.report(session, workerReport(), ms(2_100)),
      'the end of a session': () => fleet.leave(session, ms(2_200)),
      'another session': () => fleet.join(sessionOf(w1), ms(2_300)),
      'a worker that is forgotten': () => fleet.forget(w2),
      'the loads in the store': () => fleet.follow([loadOf(w1, 1)], ms(2_400)),
      'a load that is not present': () => fleet.follow([loadOf(w1, 2, { present: false })], ms(2_500)),
      'a load that is deleted': () => fleet.follow([], ms(2_600)),
    };
    const missed = Object.entries(changes).flatMap(([name, change]) => (isRaised(fleet, change) ? [] : [name]));
    assert.deepEqual(missed, []);
  });

  it('increases with the first report of a session, and with the first message after an isolation', () => {
    const fleet = createFleetState(params);
    const session = sessionOf(w1);
    fleet.join(session, ms(0));
    const report = (now: number) => () => fleet.report(session, workerReport(), ms(now));
    assert.deepEqual(
      [0, 500, 1_600].map((now) => isRaised(fleet, report(now))),
      [true, false, true],
    );
  });

  it('stays the same for counters, ages, progress and times of use', () => {
    const { fleet, session } = connected();
    const busy = reportOf('a', {
      requests: 9,
      items: 9,
      executions: 3,
      queuedItems: 2,
      runningItems: 1,
      busyMs: ms(8),
    });
    const more = {
      memoryUsedBytes: 5,
      progress: '3 of 9',
      controllerAgeMs: 20,
      limitsReached: [{ limit: 'x', count: 1 }],
      userIdShortage: 'all are in use',
    };
    assert.equal(
      isRaised(fleet, () => fleet.report(session, workerReport([busy], more), ms(500))),
      false,
    );
    assert.equal(fleet.replicas(w1).get(busy.replica)?.lastUsedAt, 500);
    assert.equal(
      isRaised(fleet, () => fleet.order(w1, undefined)),
      false,
      'there is no order',
    );
    assert.equal(
      isRaised(fleet, () => fleet.leave(sessionOf(w1), ms(500))),
      false,
      'not the current session',
    );
    const follow = (revision: number, report: ReplicaReport) => () =>
      fleet.follow([loadOf(w1, revision, { replicas: [report] })], ms(600));
    follow(1, busy)();
    assert.equal(isRaised(fleet, follow(1, busy)), false);
    assert.equal(isRaised(fleet, follow(2, { ...busy, requests: 10 })), false);
  });
});

describe('time of the next change of a presence', () => {
  it('is the end of a time to rejoin or to join first, or the begin of an isolation that takes back an expiry', () => {
    const fleet = createFleetState(params);
    const [one, other] = [sessionOf(w1), sessionOf(w2)];
    const next = (now: number, leadingSince = 0): number => fleet.presenceChangesAt(ms(now), ms(leadingSince));
    assert.equal(next(5), 10_000, 'unknown workers are awaited');
    for (const each of [one, other]) fleet.join(each, ms(20_000));
    assert.equal(next(20_000), Infinity);
    fleet.leave(one, ms(20_100));
    assert.equal(next(20_100), 21_600);
    fleet.report(other, workerReport(), ms(21_000));
    assert.deepEqual([next(21_599), fleet.presence(w1, ms(21_599), ms(0))], [21_600, 'awaited']);
    assert.deepEqual([next(21_600), fleet.presence(w1, ms(21_600), ms(0))], [22_100, 'gone']);
    assert.deepEqual([next(22_100), fleet.presence(w1, ms(22_100), ms(0))], [Infinity, 'awaited']);
    assert.equal(next(21_599, 21_000), 21_600);
    assert.equal(fleet.presenceChangesAt(ms(21_599), undefined), Infinity, 'it does not lead');
  });
});

type Event =
  | { readonly kind: 'join' | 'leave' | 'forget' | 'suspect' | 'answer' | 'reach' | 'delay'; readonly id: WorkerId }
  | { readonly kind: 'report'; readonly id: WorkerId; readonly report: WorkerReport }
  | { readonly kind: 'order'; readonly id: WorkerId; readonly target: WorkTarget | undefined }
  | { readonly kind: 'follow'; readonly present: readonly boolean[] };

describe('random events of a fleet', () => {
  const ids = ['w1', 'w2', 'w3'].map(workerId);
  const id = fc.constantFrom(...ids);
  const replica = fc
    .record({
      state: fc.constantFrom('loading' as const, 'ready' as const),
      requests: fc.nat(2),
      memoryBytes: fc.nat(1).map(bytes),
      poisonousQueries: fc.nat(1),
    })
    .map((fields) => reportOf('a', fields));
  const report = fc
    .record({ replicas: fc.array(replica, { maxLength: 1 }), draining: fc.boolean(), controllerAgeMs: fc.nat(1_500) })
    .map(({ replicas, ...fields }) => workerReport(replicas, fields));
  const event: fc.Arbitrary<Event> = fc.oneof(
    fc.record({ kind: fc.constantFrom('join', 'leave', 'forget', 'suspect', 'answer', 'reach', 'delay'), id }),
    fc.record({ kind: fc.constant('report' as const), id, report }),
    fc.record({ kind: fc.constant('order' as const), id, target: fc.constantFrom(make, undefined) }),
    fc.record({ kind: fc.constant('follow' as const), present: fc.array(fc.boolean(), { maxLength: 3 }) }),
  );
  const timedEvents = fc.array(fc.tuple(fc.nat(1_200), event), { maxLength: 40 });

  function createRun(): { readonly fleet: FleetState; readonly apply: (event: Event, now: number) => void } {
    const fleet = createFleetState(params);
    let revision = 0;
    const apply = (one: Event, at: number): void => {
      const now = ms(at);
      if (one.kind === 'follow')
        return fleet.follow(
          one.present.map((present, i) => loadOf(ids[i] ?? w1, (revision += 1), { present })),
          now,
        );
      const session = fleet.session(one.id);
      if (one.kind === 'join') fleet.join(sessionOf(one.id, String(at % 3)), now);
      if (one.kind === 'forget') fleet.forget(one.id);
      if (one.kind === 'suspect') fleet.suspect(one.id, now);
      if (one.kind === 'answer') fleet.answered({ id: one.id, incarnation: String(at % 3) }, now);
      if (one.kind === 'reach') fleet.reached([{ id: one.id, incarnation: String(at % 3) }], now);
      if (one.kind === 'delay') fleet.delayed(at % 2_000, now);
      if (one.kind === 'order') fleet.order(one.id, one.target);
      if (one.kind === 'leave' && session !== undefined) fleet.leave(session, now);
      if (one.kind === 'report' && session !== undefined) fleet.report(session, one.report, now);
    };
    return { fleet, apply };
  }

  const presences = (fleet: FleetState, now: number, leadingSince: number): string =>
    ids
      .map((one) => [fleet.presence(one, ms(now), ms(leadingSince)), fleet.isExpected(one, ms(now), ms(leadingSince))])
      .join();

  /** Returns what planning and the table read of the fleet, besides presence and times of use. */
  const planned = (fleet: FleetState): string =>
    JSON.stringify(
      ids.map((one) => [
        fleet.session(one)?.info,
        fleet.isSuspected(one),
        fleet.ordered(one),
        fleet.lastReport(one)?.draining,
        fleet.lastReport(one)?.measuring,
        fleet.presence(one, ms(0), undefined),
        Array.from(fleet.replicas(one).values(), ({ report: { state, memoryBytes } }) => [state, memoryBytes]),
      ]),
    );

  it('never change what planning sees without a revision, nor a presence before its time', () => {
    fc.assert(
      fc.property(timedEvents, fc.nat(12_000), (all, leadingSince) => {
        const { fleet, apply } = createRun();
        let now = leadingSince;
        for (const [elapsedMs, one] of all) {
          const [changesAt, before] = [
            fleet.presenceChangesAt(ms(now), ms(leadingSince)),
            presences(fleet, now, leadingSince),
          ];
          for (let t = now; t < Math.min(changesAt, now + elapsedMs); t += 50)
            assert.equal(presences(fleet, t, leadingSince), before);
          now += elapsedMs;
          const [seen, present, revision] = [planned(fleet), presences(fleet, now, leadingSince), fleet.revision];
          apply(one, now);
          if (planned(fleet) !== seen || presences(fleet, now, leadingSince) !== present)
            assert.ok(fleet.revision > revision, `${one.kind} of the same revision`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keep the counts of poisonous queries equal to the sum over all replicas', () => {
    fc.assert(
      fc.property(timedEvents, (all) => {
        const { fleet, apply } = createRun();
        let now = 0;
        for (const [elapsedMs, one] of all) {
          apply(one, (now += elapsedMs));
          const reports = ids.flatMap((each) => [...fleet.replicas(each).values()].map((live) => live.report));
          const sum = reports.reduce((count, { poisonousQueries }) => count + poisonousQueries, 0);
          assert.equal(fleet.poisonousQueries(tiny, 1), sum);
        }
      }),
    );
  });
});
