// The state of the fleet, suspicions, and the deletion of worker records.

import assert from 'node:assert/strict';
import { milliseconds, replicaId, workerId, type ReplicaReport, type ReplicaState } from '@pareto/core';
import type { Compare, Operation } from '@pareto/state';
import { createControllerMetrics, createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { createSuspicions } from '../../src/fleet/suspicions.js';
import { createFleetRecords } from '../../src/fleet/fleet-records.js';
import { createFleetState } from '../../src/fleet/fleet-state.js';
import { createRecordTables } from '../../src/storage/record-tables.js';
import { putRecord, workerKey } from '../../src/storage/records.js';
import { infoOf, reportOf, w1 } from '../support/reports.js';

const ms = milliseconds;

describe('fleet state', () => {
  const params = { rejoinMs: 2_000, firstJoinMs: 10_000 };
  const report = (...replicas: readonly ReplicaReport[]) => ({
    replicas,
    memoryUsedBytes: 0,
    draining: false,
    measuring: undefined,
    progress: '',
    controllerAgeMs: 0,
    limitsReached: [],
  });
  const otherSession = () => ({ info: { ...infoOf(), id: workerId('w2') }, end: () => undefined });
  const session = (incarnation: string) => {
    const ended = { yes: false };
    return { info: infoOf(incarnation), end: () => void (ended.yes = true), ended };
  };

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
  });

  it('ends the older session of a worker, and forgets the replicas of another incarnation', () => {
    const fleet = createFleetState(params);
    const first = session('1');
    fleet.join(first, ms(0));
    fleet.report(first, report(reportOf('a')), ms(0));
    const same = session('1');
    fleet.join(same, ms(0));
    assert.equal(first.ended.yes, true);
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

  it('checks a worker that a router reported once it counts as unresponsive', async () => {
    const clock = createManualClock();
    const fleet = createFleetState(params);
    const [only, other] = [session('1'), otherSession()];
    let suspicions = 0;
    const reportLost = createSuspicions({ fleet, onSuspected: () => (suspicions += 1), clock });
    /** Lets time pass while only the other worker reports. */
    const pass = async (halfSeconds: number): Promise<void> => {
      for (let i = 0; i < halfSeconds; i += 1) {
        await clock.advance(500);
        fleet.report(other, report(), clock.now());
      }
    };
    reportLost(w1);
    for (const each of [only, other]) fleet.join(each, clock.now());
    fleet.report(only, report(), clock.now());
    await pass(1);
    reportLost(w1);
    reportLost(w1);
    await pass(1);
    fleet.report(only, report(), clock.now());
    await pass(2);
    assert.deepEqual([suspicions, fleet.isSuspected(w1)], [0, false], 'it has reported since');
    reportLost(w1);
    await pass(1);
    assert.deepEqual([suspicions, fleet.isSuspected(w1)], [1, true]);
    reportLost(w1);
    await pass(10);
    assert.equal(suspicions, 1);
  });

  it('rejects a process that was replaced by another with the same id, while that one is connected', () => {
    const fleet = createFleetState(params);
    const [first, second, third] = [session('1'), session('2'), session('3')];
    const isRejected = ({ info }: typeof first): boolean => {
      try {
        fleet.admit(info);
        return false;
      } catch (error) {
        assert.match(String(error), /another process at a:1 runs as worker w1; start the one at a:1 with another --id/);
        return true;
      }
    };
    fleet.join(first, ms(0));
    assert.equal(isRejected(first), false, 'its own previous stream may linger');
    fleet.join(second, ms(0));
    fleet.join(third, ms(0));
    assert.deepEqual([first, second, third].map(isRejected), [true, true, false]);
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
    assert.deepEqual([live?.since, live?.lastUsedAt], [20, 30]);
  });
});

describe('deletion of worker records', () => {
  it('keeps the record of a worker that rejoins at the same time', async () => {
    const fleet = createFleetState({ rejoinMs: 0, firstJoinMs: 0 });
    const tables = createRecordTables(() => assert.fail('unreadable'));
    const record = { key: workerKey(w1), value: JSON.stringify({ info: infoOf(), draining: true }) };
    tables.replaceAll([{ ...record, createRevision: 1, modRevision: 1 }]);
    const written: Operation[] = [];
    const leader = {
      write: async (_compares: readonly Compare[], operations: readonly Operation[]) => {
        if (written.length === 0) fleet.join({ info: infoOf('2'), end: () => undefined }, ms(0));
        written.push(...operations);
        const gone = operations.filter(({ kind }) => kind === 'delete') as readonly { readonly key: string }[];
        tables.apply(gone.map(({ key }) => ({ kind: 'delete', key, revision: 2 })));
        return true;
      },
    };
    const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
    const metrics = createControllerMetrics();
    const mirror = { records: tables.view };
    const records = createFleetRecords({ leader, mirror, fleet, logger, metrics });
    await records.forgetLost({ registry: { assignments: new Map() }, now: ms(3_600_000), leadingSince: ms(0) });
    assert.equal(fleet.presence(w1, ms(3_600_000), ms(0)), 'connected');
    assert.deepEqual(written.at(-1), putRecord(workerKey(w1), { info: infoOf('2'), draining: true }));
  });
});
