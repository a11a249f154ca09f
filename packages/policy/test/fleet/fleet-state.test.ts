// The state of the fleet: sessions, presence, replicas, suspicions, and the loads in the store.

import assert from 'node:assert/strict';
import {
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type ReplicaReport,
  type ReplicaState,
  type WorkerId,
} from '@pareto/core';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createFleetState, type FleetState, type ObservedWorker } from '../../src/fleet/fleet-state.js';
import type { LiveReplica } from '../../src/fleet/live-replica.js';
import type { StoredLoad, WorkerSession } from '../../src/fleet/live-worker.js';
import { loadOf, reportOf, sessionOf, w1, w2, workerReport } from './workers.js';

const ms = milliseconds;
const seenOf = (fleet: FleetState): ObservedWorker => fleet.observe(w1, ms(0), ms(0));

describe('fleet state', () => {
  const params = { rejoinMs: 2_000, firstJoinMs: 10_000 };
  const report = (...replicas: readonly ReplicaReport[]) => workerReport(replicas);
  const session = (incarnation: string) => sessionOf(w1, incarnation);
  const otherSession = () => sessionOf(w2);

  it('remembers for a minute that a replica was interfered, so that one that is time and again counts all the time', () => {
    const fleet = createFleetState(params);
    const one = session('1');
    fleet.join(one, ms(0));
    const after = (now: number, interfered: boolean, executions = now): number | undefined => {
      fleet.report(one, report(reportOf('r1', { interfered, executions })), ms(now));
      return fleet.replicas(w1).get(replicaId('r1'))?.interferedAt;
    };
    assert.equal(after(0, false), undefined);
    assert.equal(after(1_000, true), 1_000);
    assert.equal(after(2_000, false), 1_000);
    assert.equal(after(40_000, true), 40_000);
    assert.equal(after(99_999, false), 40_000);
    assert.equal(after(100_000, false), undefined);
    assert.equal(after(101_000, true), 101_000);
    assert.equal(after(160_999, true, 101_000), 101_000, 'no batch ended since');
    assert.equal(after(161_000, true, 101_000), undefined);
    assert.equal(after(162_000, true), 162_000);
  });

  it('awaits known workers after a start, and disconnected ones until their time to rejoin is over', () => {
    const fleet = createFleetState(params);
    const leadingSince = ms(0);
    const other = otherSession();
    fleet.join(other, ms(0));
    const presenceAt = (now: number): string => {
      fleet.report(other, report(), ms(now));
      return fleet.presence(w1, ms(now), leadingSince);
    };
    assert.equal(presenceAt(9_999), 'awaited');
    assert.equal(presenceAt(10_000), 'gone');
    const one = session('1');
    fleet.join(one, ms(11_000));
    assert.equal(presenceAt(20_000), 'connected');
    fleet.leave(one, ms(20_000));
    for (const now of [20_500, 21_000, 21_500, 21_999]) assert.equal(presenceAt(now), 'awaited');
    assert.equal(presenceAt(22_000), 'gone');
  });

  it('counts a worker that departed as gone immediately, on standby too, and lets the next leader await it', () => {
    const fleet = createFleetState(params);
    const [one, other] = [session('1'), otherSession()];
    for (const each of [one, other]) fleet.join(each, ms(0));
    assert.equal(fleet.hasDeparted(w1), false);
    const { revision } = fleet;
    fleet.leave(one, ms(1_000), 'departed');
    assert.ok(fleet.revision > revision);
    assert.deepEqual([fleet.presence(w1, ms(1_000), ms(0)), fleet.hasDeparted(w1)], ['gone', true]);
    fleet.answered(one.info, ms(1_100));
    fleet.reached([one.info], ms(1_100));
    fleet.delayed(5_000, ms(6_000));
    assert.equal(fleet.presence(w1, ms(6_000), ms(0)), 'gone');
    fleet.join(session('2'), ms(7_000));
    assert.deepEqual([fleet.presence(w1, ms(7_000), ms(0)), fleet.hasDeparted(w1)], ['connected', false]);
    const next = createFleetState(params);
    next.follow([loadOf(w1, 1), loadOf(w2, 2)], ms(0));
    const before = next.membersRevision;
    next.follow([loadOf(w1, 3, { departed: true }), loadOf(w2, 2)], ms(1));
    assert.ok(next.membersRevision > before);
    const presence = (now: number, leadingSince?: number): string =>
      next.presence(w1, ms(now), leadingSince === undefined ? undefined : ms(leadingSince));
    assert.deepEqual([presence(1), next.hasDeparted(w1)], ['gone', true]);
    next.join(other, ms(10));
    assert.equal(presence(10, 10), 'awaited', 'a cluster that was stopped as a whole returns with its workers');
    for (let now = 10; now <= 10_010; now += 1_000) next.report(other, report(), ms(now));
    assert.deepEqual([presence(10_010, 10), next.hasDeparted(w1)], ['gone', true]);
  });

  it('awaits a worker whose process departed after it had replaced another one, which may rejoin', () => {
    const fleet = createFleetState(params);
    const [first, second, other] = [session('1'), session('2'), otherSession()];
    for (const each of [first, second, other]) fleet.join(each, ms(0));
    fleet.leave(second, ms(1_000), 'departed');
    assert.deepEqual([fleet.presence(w1, ms(1_000), ms(0)), fleet.hasDeparted(w1)], ['awaited', false]);
    const again = session('1');
    fleet.join(again, ms(1_500));
    fleet.leave(again, ms(2_000), 'departed');
    assert.deepEqual([fleet.presence(w1, ms(2_000), ms(0)), fleet.hasDeparted(w1)], ['gone', true]);
  });

  it('lets no worker expire while none sends anything, and then awaits all as after a start', () => {
    const fleet = createFleetState(params);
    const [one, other] = [session('1'), otherSession()];
    const speakTogether = (from: number, to: number): void => {
      for (let now = from; now <= to; now += 500)
        for (const each of [one, other]) fleet.report(each, report(reportOf('a')), ms(now));
    };
    const presenceAt = (now: number): string => fleet.presence(w1, ms(now), ms(0));
    for (const each of [one, other]) fleet.join(each, ms(0));
    speakTogether(0, 20_000);
    // Both leave after a silence.
    for (const each of [one, other]) fleet.leave(each, ms(20_000));
    for (const now of [21_000, 23_000, 999_000]) assert.equal(presenceAt(now), 'awaited');
    assert.equal(fleet.isExpected(w1, ms(23_000), ms(0)), false);
    fleet.join(other, ms(999_000));
    const speak = (now: number): string => {
      fleet.report(other, report(), ms(now));
      return presenceAt(now);
    };
    for (let now = 999_000; now < 1_009_000; now += 500) assert.equal(speak(now), 'awaited');
    assert.equal(speak(1_009_000), 'gone');
    for (const now of [1_012_000, 1_020_000]) assert.equal(presenceAt(now), 'gone', 'it was gone before the silence');
    assert.equal(speak(1_020_000), 'gone', 'and still is after it');
  });

  /** Returns a fleet of w1 and w2, in which w2 speaks all the time, and a function that lets it speak and returns the presence of w1. */
  const fleetOfTwo = () => {
    const fleet = createFleetState(params);
    const [one, other] = [session('1'), otherSession()];
    for (const each of [one, other]) fleet.join(each, ms(0));
    const presenceAt = (now: number): string => {
      fleet.report(other, report(), ms(now));
      return fleet.presence(w1, ms(now), ms(0));
    };
    return { fleet, one, presenceAt };
  };

  it('awaits a worker while its process answers probes, if it is not gone before', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    for (let now = 1_500; now <= 20_000; now += 500) {
      fleet.answered(one.info, ms(now));
      assert.equal(presenceAt(now), 'awaited');
    }
    for (const now of [20_500, 21_000, 21_999]) assert.equal(presenceAt(now), 'awaited');
    fleet.answered({ id: w1, incarnation: 'another process' }, ms(21_999));
    assert.equal(presenceAt(22_000), 'gone');
    fleet.answered(one.info, ms(22_000));
    assert.equal(presenceAt(22_500), 'gone');
  });

  it('awaits a worker whose process only answers probes for 30 s after its session, or after a router reached it', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    /** Lets the process answer probes from then on. Returns the time at which it is gone. */
    const goneAfter = (since: number): number => {
      let now = since;
      for (; presenceAt(now) === 'awaited' && now < since + 100_000; now += 500) fleet.answered(one.info, ms(now));
      return now - since;
    };
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    assert.equal(goneAfter(1_000), 30_000 - 500 + params.rejoinMs);
    presenceAt(40_000);
    fleet.join(one, ms(40_000));
    fleet.leave(one, ms(40_000));
    for (let now = 40_000; now <= 60_000; now += 500) fleet.reached([one.info], ms(now));
    assert.equal(goneAfter(60_000), 30_000 - 500 + 2 * params.rejoinMs, 'it has rejoined once');
  });

  it('awaits a worker for as long as its process answers a router, if it is not gone before', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    for (let now = 1_500; now <= 100_000; now += 500) {
      fleet.reached([one.info], ms(now));
      assert.equal(presenceAt(now), 'awaited');
    }
    for (const [i, process] of [otherSession().info, session('2').info, sessionOf(workerId('new')).info].entries()) {
      fleet.reached([process], ms(100_500 + 500 * i));
      assert.equal(presenceAt(100_500 + 500 * i), 'awaited');
    }
    assert.equal(presenceAt(102_000), 'gone', 'only other processes are reached');
    fleet.reached([one.info], ms(102_000));
    assert.equal(presenceAt(102_000), 'gone', 'its replicas are placed elsewhere');
  });

  it('uses what routers reach while a worker is awaited', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    const usedAt = (now: number): boolean => (presenceAt(now), fleet.usesReach(ms(now)));
    assert.equal(usedAt(1_000), false, 'all are connected');
    fleet.leave(one, ms(1_000));
    assert.deepEqual([1_000, 2_000, 3_000].map(usedAt), [true, true, false], 'until it is gone');
    fleet.join(one, ms(4_000));
    assert.equal(usedAt(4_000), false);
    fleet.leave(one, ms(4_000), 'departed');
    assert.equal(usedAt(4_000), false);
    fleet.join(one, ms(5_000));
    fleet.leave(one, ms(5_000));
    assert.equal(fleet.suspect(w1, ms(5_000)), true);
    assert.equal(usedAt(5_000), false, 'it is suspected');
  });

  it('does not await a suspected worker because a router reaches it, or its process answers probes', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    assert.equal(fleet.suspect(w1, ms(1_000)), true);
    for (const now of [1_500, 2_000, 2_500]) {
      fleet.reached([one.info], ms(now));
      fleet.answered(one.info, ms(now));
      assert.equal(presenceAt(now), 'awaited');
    }
    assert.equal(presenceAt(3_000), 'gone');
  });

  it('gives a process twice the time to rejoin each time that it was gone, and came back', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    let now = 1_000;
    const awaitedMs = (): number => {
      const since = now;
      fleet.leave(one, ms(now), 'silent');
      for (; presenceAt(now) === 'awaited'; now += 500);
      return now - since;
    };
    for (const factor of [1, 2, 4, 8, 8]) {
      assert.equal(awaitedMs(), factor * params.rejoinMs);
      assert.equal(seenOf(fleet).isSilent, true);
      fleet.join(one, ms(now));
      assert.equal(seenOf(fleet).isSilent, false);
    }
    fleet.leave(one, ms(now));
    const another = session('2');
    fleet.join(another, ms(now));
    fleet.leave(another, ms(now));
    const since = now;
    for (; presenceAt(now) === 'awaited'; now += 500);
    assert.equal(now - since, params.rejoinMs);
  });

  it('suspects a worker immediately that a router cannot reach and whose stream ended, until it rejoins', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    assert.equal(fleet.reportUnreachable(w1, ms(1_100)), 0);
    assert.equal(fleet.suspect(w1, ms(1_100)), true);
    assert.equal(presenceAt(1_100), 'awaited');
    fleet.join(one, ms(1_200));
    assert.equal(fleet.isSuspected(w1), false);
    assert.equal(fleet.reportUnreachable(workerId('unknown'), ms(1_200)), undefined);
  });

  it('suspects no worker whose process answers probes', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    for (const now of [500, 1_000, 1_500]) presenceAt(now);
    assert.equal(fleet.reportUnreachable(w1, ms(1_500)), 300);
    fleet.answered(one.info, ms(1_510));
    assert.equal(fleet.suspect(w1, ms(1_800)), false);
    assert.notEqual(fleet.reportUnreachable(w1, ms(1_800)), undefined);
    for (const now of [2_000, 2_500]) presenceAt(now);
    assert.equal(fleet.suspect(w1, ms(2_700)), true);
  });

  it('counts no absence while the controller could not run', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    presenceAt(1_000);
    fleet.leave(one, ms(1_000));
    fleet.delayed(5_000, ms(6_500));
    for (const now of [6_500, 7_000, 7_500, 7_999]) assert.equal(presenceAt(now), 'awaited');
    assert.equal(presenceAt(8_000), 'gone', 'it was absent for 1,500 and 500 ms while the controller ran');
  });

  it('never counts more than the delay as excused, and never shortens the time to rejoin', () => {
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(3_000), fc.nat(10_000), (absentMs, delayMs, laterMs) => {
        const { fleet, one } = fleetOfTwo();
        fleet.leave(one, ms(1_000));
        const now = 1_000 + absentMs;
        fleet.delayed(delayMs, ms(now));
        const goneAt = 1_000 + params.rejoinMs + Math.min(delayMs, absentMs);
        fleet.report(otherSession(), report(), ms(now));
        assert.equal(fleet.isExpected(w1, ms(now + laterMs), ms(0)), now + laterMs < goneAt);
      }),
    );
  });

  it('remembers that a process replaced one that was gone, and since when a worker is absent', () => {
    const { fleet, one, presenceAt } = fleetOfTwo();
    /** Lets time pass until `now`, while the other worker speaks. */
    let at = 0;
    const pass = (now: number): string => {
      for (; at < now; at += 500) presenceAt(at);
      return presenceAt(now);
    };
    pass(1_000);
    assert.equal(seenOf(fleet).absentSince, undefined);
    fleet.leave(one, ms(1_000));
    assert.equal(seenOf(fleet).absentSince, 1_000);
    pass(2_000);
    const soon = session('2');
    fleet.join(soon, ms(2_000));
    assert.equal(seenOf(fleet).emptySince, undefined, 'it was not gone');
    fleet.leave(soon, ms(3_000));
    assert.equal(pass(5_000), 'gone');
    fleet.join(soon, ms(5_000));
    assert.equal(seenOf(fleet).emptySince, undefined, 'it is the same process');
    fleet.leave(soon, ms(6_000));
    assert.equal(pass(10_000), 'gone');
    const late = session('3');
    fleet.join(late, ms(10_000));
    assert.equal(seenOf(fleet).emptySince, 10_000);
    fleet.leave(late, ms(10_500));
    fleet.join(late, ms(11_000));
    assert.equal(seenOf(fleet).emptySince, 10_000);
  });

  it('extends the time to rejoin only of workers that are still disconnected after an isolation', () => {
    const fleet = createFleetState(params);
    const w3 = workerId('w3');
    const sessions = [w1, w2, w3].map((id) => sessionOf(id));
    const [one = assert.fail(), other] = sessions;
    for (const each of sessions) fleet.join(each, ms(0));
    for (const each of sessions) fleet.leave(each, ms(100));
    for (const each of sessions.slice(0, 2)) fleet.join(each, ms(200));
    fleet.forget(w3);
    fleet.report(one, report(), ms(5_000));
    assert.deepEqual([fleet.session(w1), fleet.session(w2)], [one, other]);
    assert.equal(fleet.presence(w3, ms(5_100), ms(-20_000)), 'gone', 'it was forgotten');
  });

  it('returns the older session of a worker, and forgets the replicas of another incarnation', () => {
    const fleet = createFleetState(params);
    const first = session('1');
    assert.equal(fleet.join(first, ms(0)), undefined);
    fleet.report(first, report(reportOf('a')), ms(0));
    const same = session('1');
    assert.equal(fleet.join(same, ms(0)), first);
    assert.equal(fleet.replicas(w1).size, 1);
    fleet.leave(first, ms(0));
    assert.equal(fleet.presence(w1, ms(99_999), ms(0)), 'connected');
    assert.equal(fleet.report(first, report(), ms(0)), false, 'its session was replaced');
    assert.equal(fleet.replicas(w1).size, 1);
    fleet.join(session('2'), ms(0));
    assert.equal(fleet.replicas(w1).size, 0);
  });

  it('suspects a worker that a router can not reach if it is unresponsive here too, until it is in touch again', () => {
    const fleet = createFleetState(params);
    const [only, other] = [session('1'), otherSession()];
    assert.equal(fleet.suspect(w1, ms(0)), false, 'it is not connected');
    for (const each of [only, other]) fleet.join(each, ms(0));
    fleet.report(only, report(reportOf('a')), ms(1_000));
    assert.equal(fleet.suspect(w1, ms(1_500)), false, 'it has just reported');
    assert.equal(fleet.suspect(w1, ms(2_300)), false, 'no worker reports');
    fleet.report(other, report(), ms(2_300));
    assert.equal(fleet.suspect(w1, ms(2_300)), true);
    assert.equal(fleet.suspect(w1, ms(2_400)), false, 'it is suspected already');
    assert.equal(fleet.isSuspected(w1), true);
    assert.equal(fleet.presence(w1, ms(2_400), ms(0)), 'connected');
    const deaf = { ...report(reportOf('a')), controllerAgeMs: 1_600 };
    assert.equal(fleet.report(only, deaf, ms(2_450)), false, 'it sends, but receives nothing');
    assert.equal(fleet.isSuspected(w1), true);
    assert.equal(fleet.report(only, report(reportOf('a')), ms(2_500)), true, 'the end of the suspicion is a change');
    assert.equal(fleet.isSuspected(w1), false);
  });

  it('knows the process that replaced another with the same id, while it is connected', () => {
    const fleet = createFleetState(params);
    const [first, second, third] = [session('1'), session('2'), session('3')];
    const isRejected = ({ info }: WorkerSession): boolean => fleet.replacementOf(info) !== undefined;
    fleet.join(first, ms(0));
    assert.equal(isRejected(first), false, 'its own previous stream may linger');
    fleet.join(second, ms(0));
    fleet.join(third, ms(0));
    assert.deepEqual([first, second, third].map(isRejected), [true, true, false]);
    assert.equal(fleet.replacementOf(first.info), third.info);
    fleet.leave(third, ms(0));
    assert.equal(isRejected(first), false);
    fleet.join(first, ms(0));
    assert.deepEqual([first, second, third].map(isRejected), [false, true, false]);
  });

  it('returns whether a report changes a state, and notes the times of changes', () => {
    const fleet = createFleetState(params);
    const only = session('1');
    fleet.join(only, ms(0));
    const say = (state: ReplicaState, requests: number, now: number): boolean =>
      fleet.report(only, report(reportOf('a', { state, requests })), ms(now));
    assert.deepEqual(
      [say('loading', 0, 0), say('loading', 0, 10), say('ready', 0, 20), say('ready', 5, 30)],
      [true, false, true, false],
    );
    const live = fleet.replicas(w1).get(replicaId('a'));
    assert.deepEqual([live?.since, live?.lastUsedAt, live?.isInUse], [20, 30, true]);
    say('ready', 5, 40);
    const idle = fleet.replicas(w1).get(replicaId('a'));
    assert.deepEqual([idle?.lastUsedAt, idle?.isInUse], [30, false]);
  });

  it('checks an unreachable worker once, when it would count as unresponsive', () => {
    const fleet = createFleetState(params);
    const only = session('1');
    assert.equal(fleet.reportUnreachable(w1, ms(0)), undefined, 'it is not connected');
    fleet.join(only, ms(0));
    assert.equal(fleet.reportUnreachable(w1, ms(400)), 700);
    assert.equal(fleet.reportUnreachable(w1, ms(500)), undefined, 'a check is pending');
    fleet.report(only, report(), ms(600));
    assert.equal(fleet.suspect(w1, ms(1_100)), false, 'it has reported since');
    assert.equal(fleet.reportUnreachable(w1, ms(1_200)), 500);
    assert.equal(fleet.suspect(w1, ms(1_650)), false, 'no worker reports');
    assert.equal(fleet.reportUnreachable(w1, ms(2_500)), 300, 'it gets time to respond');
  });

  it('counts another process of a stored worker as a change of the members, and no change of its replicas', () => {
    const fleet = createFleetState(params);
    const follow = (load: StoredLoad): number => {
      fleet.follow([load], ms(0));
      return fleet.membersRevision;
    };
    const first = follow(loadOf(w1, 1));
    assert.equal(follow(loadOf(w1, 2, { replicas: [reportOf('a')] })), first);
    assert.ok(follow(loadOf(w1, 3, { incarnation: '2' })) > first, 'it may have another address');
  });

  it('counts a heartbeat as a message, and keeps the last report', () => {
    const fleet = createFleetState(params);
    const [only, other] = [session('1'), otherSession()];
    for (const each of [only, other]) fleet.join(each, ms(0));
    fleet.report(only, report(reportOf('a')), ms(0));
    assert.equal(fleet.hear(only, 100, ms(1_000)), false);
    fleet.report(other, report(), ms(1_900));
    assert.equal(fleet.suspect(w1, ms(1_900)), false, 'it was in touch at 900');
    fleet.report(other, report(), ms(2_000));
    assert.equal(fleet.suspect(w1, ms(2_000)), true);
    assert.equal(fleet.hear(only, 1_600, ms(2_100)), false, 'it sends, but receives nothing');
    assert.equal(fleet.hear(only, 0, ms(2_200)), true, 'the end of the suspicion is a change');
    assert.equal(fleet.replicas(w1).size, 1);
    fleet.join(session('2'), ms(2_300));
    assert.equal(fleet.hear(only, 0, ms(2_400)), false, 'its session was replaced');
  });

  it('lets a worker be forgotten once it is gone, or after a minute in which no worker sent anything', () => {
    const fleet = createFleetState(params);
    const [one, other] = [session('1'), otherSession()];
    const inMs = (now: number): number => fleet.forgettableAt(w1, ms(now), ms(0)) - now;
    assert.equal(inMs(0), 60_000, 'it has not joined, nor has another one');
    fleet.join(other, ms(0));
    assert.equal(inMs(100), 9_900);
    fleet.join(one, ms(200));
    assert.equal(inMs(300), Infinity);
    fleet.leave(one, ms(1_000));
    assert.equal(inMs(1_000), 2_000);
    fleet.leave(other, ms(1_000));
    assert.deepEqual([inMs(5_000), inMs(61_000)], [56_000, 0]);
    fleet.reached([one.info], ms(30_000));
    assert.equal(inMs(40_000), 50_000, 'a router reached its process');
    fleet.join(other, ms(50_000));
    for (let now = 51_000; now <= 60_000; now += 1_000) fleet.report(other, report(), ms(now));
    assert.equal(inMs(60_000), 0, 'it is gone, because another worker sends messages');
  });

  it('forgets a worker without a session for an hour, which starts with the term of the leader', () => {
    const fleet = createFleetState(params);
    const hour = 3_600_000;
    const one = session('1');
    assert.deepEqual([fleet.isLost(w1, ms(hour), ms(1)), fleet.isLost(w1, ms(hour + 1), ms(1))], [false, true]);
    fleet.join(one, ms(10));
    assert.equal(fleet.isLost(w1, ms(2 * hour), ms(1)), false);
    fleet.leave(one, ms(20));
    assert.deepEqual([fleet.isLost(w1, ms(hour + 19), ms(1)), fleet.isLost(w1, ms(hour + 20), ms(1))], [false, true]);
    assert.equal(fleet.isLost(w1, ms(hour + 20), ms(30)), false);
  });

  it('counts the poisonous queries of a variant over all workers', () => {
    const fleet = createFleetState(params);
    const [one, other] = [session('1'), otherSession()];
    const poisoned = (replica: string, poisonousQueries: number, version = 1): ReplicaReport =>
      reportOf(replica, { poisonousQueries, version });
    const tiny = variantId('tiny:original');
    const counts = (): readonly number[] => [1, 2].map((version) => fleet.poisonousQueries(tiny, version));
    for (const each of [one, other]) fleet.join(each, ms(0));
    fleet.report(one, report(poisoned('a', 1), poisoned('b', 1, 2)), ms(0));
    fleet.report(other, report(poisoned('c', 2)), ms(0));
    assert.deepEqual(counts(), [3, 1]);
    fleet.report(one, report(poisoned('a', 2)), ms(1));
    assert.deepEqual(counts(), [4, 0]);
    fleet.leave(other, ms(1));
    assert.deepEqual(counts(), [4, 0], 'the queries of a worker that left count');
    fleet.join(session('2'), ms(2));
    assert.deepEqual(counts(), [2, 0], 'another process has other replicas');
    fleet.follow([loadOf(w1, 1, { replicas: [poisoned('a', 5)] })], ms(3));
    assert.deepEqual(counts(), [5, 0]);
    fleet.forget(w1);
    assert.deepEqual(counts(), [0, 0]);
  });

  it('follows the loads in the store, and keeps the times of replicas whose process is the same', () => {
    const fleet = createFleetState(params);
    const follow = (now: number, ...loads: readonly StoredLoad[]): void => fleet.follow(loads, ms(now));
    const replica = (id: WorkerId): LiveReplica | undefined => fleet.replicas(id).get(replicaId('a'));
    const replicas = [reportOf('a')];
    fleet.join(session('1'), ms(0));
    follow(10, loadOf(w1, 1, { replicas }), loadOf(w2, 2, { present: false, replicas }));
    assert.deepEqual(
      [w1, w2].map((id) => fleet.presence(id, ms(10), undefined)),
      ['connected', 'gone'],
    );
    assert.equal(fleet.session(w1), undefined);
    assert.deepEqual(
      [w1, w2].map((id) => fleet.presence(id, ms(10), ms(10))),
      ['awaited', 'gone'],
      'it leads now',
    );
    assert.equal(fleet.presence(w1, ms(500), ms(-20_000)), 'awaited', 'no worker has sent anything to this leader');
    const before = replica(w2);
    follow(
      20,
      loadOf(w1, 3, { replicas: [reportOf('a', { requests: 1 })] }),
      loadOf(w2, 2, { present: false, replicas }),
    );
    assert.deepEqual([replica(w1)?.since, replica(w1)?.lastUsedAt], [10, 20]);
    assert.equal(replica(w2), before, 'its load is the same');
    for (const [now, state] of [
      [22, 'loading'],
      [24, 'ready'],
    ] as const)
      follow(now, loadOf(w1, now, { replicas: [reportOf('a', { state })] }));
    assert.deepEqual([replica(w1)?.since, replica(w1)?.readyAt], [24, 10], 'its executor restarted');
    follow(30, loadOf(w1, 30, { incarnation: '2', replicas }));
    assert.deepEqual([replica(w1)?.since, replica(w1)?.readyAt], [30, 30]);
    assert.deepEqual([fleet.replicas(w2).size, fleet.presence(w2, ms(30), undefined)], [0, 'awaited']);
  });
});
