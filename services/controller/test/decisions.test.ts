// The controller's pure parts: demand, fleet, counters.

import assert from 'node:assert/strict';
import {
  bytes,
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type ReplicaReport,
  type ReplicaState,
} from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Compare, Operation } from '@pareto/state';
import { createControllerMetrics, createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { addCounts, countsSince } from '../src/counters.js';
import { createDemandBook } from '../src/demand-book.js';
import { createDoubts } from '../src/doubts.js';
import { createFleetRecords } from '../src/fleet-records.js';
import { createFleetState } from '../src/fleet-state.js';
import { createRecordTables } from '../src/record-tables.js';
import { putRecord, workerKey } from '../src/records.js';

const ms = milliseconds;
const w1 = workerId('w1');
const tiny = variantId('tiny:original');

const reportOf = (replica: string, fields: Partial<ReplicaReport> = {}): ReplicaReport => ({
  replica: replicaId(replica),
  variant: tiny,
  version: 1,
  state: 'ready',
  reason: '',
  loadMs: ms(1),
  memoryBytes: bytes(0),
  queuedItems: 0,
  runningItems: 0,
  requests: 0,
  items: 0,
  executions: 0,
  failures: 0,
  busyMs: ms(0),
  executorDeaths: 0,
  poisonousQueries: 0,
  quarantined: false,
  ...fields,
});

const infoOf = (incarnation = '1', memoryBytes = 2 ** 30) => ({
  id: w1,
  incarnation,
  address: 'a:1',
  slotGroups: [],
  memoryBytes: bytes(memoryBytes),
  runtimeVersion: '',
});

describe('demand book', () => {
  const entry = (fields: Partial<wire.DemandEntry>, windowMs = 1000): wire.Demand => ({
    windowMs,
    entries: [
      {
        tenant: '',
        target: 't',
        objective: null,
        requests: 0,
        items: 0,
        refused: 0,
        violations: 0,
        held: 0,
        heldVariant: '',
        itemsByVariant: {},
        ...fields,
      },
    ],
  });

  it('turns counts into rates over five seconds, refusals in proportion', () => {
    const book = createDemandBook();
    for (let second = 0; second < 5; second += 1) {
      book.add('r', entry({ requests: 20, refused: 10, itemsByVariant: { [tiny]: 50 } }), ms(second * 1000));
    }
    assert.equal(book.itemsPerSecond(ms(4_000)).get(tiny), 100);
    assert.deepEqual(book.byTarget(ms(4_000)).get('t'), {
      requestsPerSecond: 20,
      refusedPerSecond: 10,
      violationsPerSecond: 0,
    });
    assert.equal(book.itemsPerSecond(ms(20_000)).size, 0);
  });

  it('takes what a router tells of a long time for what it is', () => {
    const book = createDemandBook();
    const minute = entry({ target: 't', requests: 6_000, itemsByVariant: { [tiny]: 6_000 } }, 60_000);
    book.add('r', minute, ms(60_000));
    assert.equal(book.itemsPerSecond(ms(60_000)).get(tiny), 100);
    assert.equal(book.byTarget(ms(60_000)).get('t')?.requestsPerSecond, 100);
  });

  it('knows what is held now, and tells only once that it is new', () => {
    const book = createDemandBook();
    const held = (variant: string, count: number) => entry({ held: count, heldVariant: variant });
    assert.equal(book.add('r', held('a:x', 1), ms(0)), true);
    assert.equal(book.add('r', held('a:x', 2), ms(500)), false);
    assert.equal(book.add('r2', held('b:x', 5), ms(500)), true);
    assert.deepEqual(book.held(ms(600)), ['b:x', 'a:x']);
    assert.deepEqual(book.held(ms(9_000)), []);
    assert.equal(book.add('r', held('a:x', 1), ms(9_000)), true);
  });
});

describe('fleet state', () => {
  const params = { rejoinMs: 2_000, firstJoinMs: 10_000 };
  const report = (...replicas: readonly ReplicaReport[]) => ({
    replicas,
    memoryUsedBytes: 0,
    draining: false,
    measuring: undefined,
    controllerAgeMs: 0,
  });
  const session = (incarnation: string) => {
    const ended = { yes: false };
    return { info: infoOf(incarnation), end: () => void (ended.yes = true), ended };
  };

  it('awaits known workers after a start, and lost ones for a while', () => {
    const fleet = createFleetState(params);
    const leadingSince = ms(0);
    assert.equal(fleet.presence(w1, ms(9_999), leadingSince), 'awaited');
    assert.equal(fleet.presence(w1, ms(10_000), leadingSince), 'gone');
    const one = session('1');
    fleet.join(one, ms(0));
    assert.equal(fleet.presence(w1, ms(20_000), leadingSince), 'connected');
    fleet.leave(one, ms(5_000));
    assert.equal(fleet.presence(w1, ms(7_000), leadingSince), 'gone');
    fleet.join(one, ms(8_000));
    fleet.leave(one, ms(20_000));
    assert.equal(fleet.presence(w1, ms(21_999), leadingSince), 'awaited');
    assert.equal(fleet.presence(w1, ms(22_000), leadingSince), 'gone');
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
    assert.equal(fleet.report(first, report(), ms(0)), false, 'nobody listens to it any more');
    assert.equal(fleet.replicas(w1).size, 1);
    fleet.join(session('2'), ms(0));
    assert.equal(fleet.replicas(w1).size, 0);
  });

  it('doubts a worker that a router can not reach when it is silent here too, until it is heard again', () => {
    const fleet = createFleetState(params);
    const only = session('1');
    assert.equal(fleet.doubt(w1, ms(0)), false, 'it is not connected');
    fleet.join(only, ms(0));
    fleet.report(only, report(reportOf('a')), ms(1_000));
    assert.equal(fleet.doubt(w1, ms(1_500)), false, 'it was just heard');
    assert.equal(fleet.doubt(w1, ms(2_300)), true);
    assert.equal(fleet.doubt(w1, ms(2_400)), false, 'that is known');
    assert.equal(fleet.isDoubted(w1), true);
    assert.equal(fleet.presence(w1, ms(2_400), ms(0)), 'connected');
    const deaf = { ...report(reportOf('a')), controllerAgeMs: 1_600 };
    assert.equal(fleet.report(only, deaf, ms(2_450)), false, 'it speaks, and does not hear');
    assert.equal(fleet.isDoubted(w1), true);
    assert.equal(fleet.report(only, report(reportOf('a')), ms(2_500)), true, 'that it is in touch is news');
    assert.equal(fleet.isDoubted(w1), false);
  });

  it('keeps a router’s word until the worker could have been heard', async () => {
    const clock = createManualClock();
    const fleet = createFleetState(params);
    const only = session('1');
    let doubted = 0;
    const tellLost = createDoubts({ fleet, doubted: () => (doubted += 1), clock });
    tellLost(w1);
    fleet.join(only, clock.now());
    fleet.report(only, report(), clock.now());
    await clock.advance(500);
    tellLost(w1);
    tellLost(w1);
    await clock.advance(500);
    fleet.report(only, report(), clock.now());
    await clock.advance(1_000);
    assert.deepEqual([doubted, fleet.isDoubted(w1)], [0, false], 'it was heard since');
    tellLost(w1);
    await clock.advance(200);
    assert.deepEqual([doubted, fleet.isDoubted(w1)], [1, true]);
    tellLost(w1);
    await clock.advance(5_000);
    assert.equal(doubted, 1);
  });

  it('refuses a process that another of the same id took the place of, while that one is there', () => {
    const fleet = createFleetState(params);
    const [first, second, third] = [session('1'), session('2'), session('3')];
    const isRefused = ({ info }: typeof first): boolean => {
      try {
        fleet.admit(info);
        return false;
      } catch (error) {
        assert.match(String(error), /another process runs as worker w1, at a:1: give the one at a:1 another --id/);
        return true;
      }
    };
    fleet.join(first, ms(0));
    assert.equal(isRefused(first), false, 'its own stream may linger');
    fleet.join(second, ms(0));
    fleet.join(third, ms(0));
    assert.deepEqual([first, second, third].map(isRefused), [true, true, false]);
    fleet.leave(third, ms(0));
    assert.equal(isRefused(first), false);
    fleet.join(first, ms(0));
    assert.deepEqual([first, second, third].map(isRefused), [false, true, false]);
  });

  it('says what is news, and since when', () => {
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

describe('forgetting workers', () => {
  it('keeps one that comes back while it is forgotten', async () => {
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

describe('counters', () => {
  const load = (incarnation: string, ...replicas: readonly ReplicaReport[]) => ({
    ...{ worker: w1, incarnation, present: true, replicas },
  });

  it('adds what came since the last record, and all of a new incarnation', () => {
    const before = load('1', reportOf('a', { requests: 10, items: 20 }));
    const [same] = countsSince(before, load('1', reportOf('a', { requests: 15, items: 21 })));
    assert.deepEqual([same?.requests, same?.items], [5, 1]);
    const [restarted] = countsSince(before, load('2', reportOf('a', { requests: 3, items: 4 })));
    assert.deepEqual([restarted?.requests, restarted?.items], [3, 4]);
    assert.deepEqual(countsSince(before, load('1', reportOf('a', { requests: 10, items: 20 }))), []);
    assert.ok(restarted);
    assert.equal(addCounts(addCounts(undefined, restarted), restarted).items, 8);
  });
});
