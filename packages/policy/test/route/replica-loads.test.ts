import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, replicaId, type Candidate, type ReplicaLoad } from '@pareto/core';
import { buildProfile, buildTargetEntry } from '@pareto/testkit';
import {
  createReplicaLoads,
  defaultRouteParams,
  defaultSelectParams,
  loadField,
  loadFields,
  selectVariant,
  type LoadEffect,
  type LoadEvent,
  type QueryEnd,
} from '../../src/index.js';
import { candidate, query } from '../support/candidates.js';

const params = { ...defaultRouteParams, slowStartMs: 0 };
const load = (backlogMs: number, fields: Partial<ReplicaLoad> = {}): ReplicaLoad => ({
  ...{ backlogMs, queuedItems: 0, runningItems: 0, itemMs: 10, typical: 1, slow: 1, interfered: false },
  ...fields,
});
const any = { items: 1, limitMs: Infinity, maxWaitMs: Infinity };

/** Creates the loads of one candidate, whose replicas are `c0-0`, `c0-1` and so on. Its p99 at batch 1 is 12 ms. */
function setUp(replicas: number, of = params) {
  const one = candidate(0, { replicas });
  const loads = createReplicaLoads(of);
  const clock = { now: 0 };
  const apply = (event: LoadEvent): readonly LoadEffect[] => {
    const effects: LoadEffect[] = [];
    loads.apply(event, clock.now, effects);
    return effects;
  };
  const idOf = (index: number) => replicaId(`c0-${index}`);
  const field = (name: keyof typeof loadField, index = 0) =>
    loads.candidates[loadFields * index + loadField[name]] ?? NaN;
  apply({ kind: 'table', table: { candidates: [one] } });
  return {
    ...{ one, loads, clock, apply, field },
    report: (index: number, reported: ReplicaLoad | undefined) =>
      apply({ kind: 'reported', replica: idOf(index), load: reported }),
    sent: (index: number, items = 1) => apply({ kind: 'sent', replica: idOf(index), items }),
    ended: (index: number, end: QueryEnd, fields: Partial<Extract<LoadEvent, { kind: 'ended' }>> = {}) =>
      apply({
        ...{ kind: 'ended', replica: idOf(index), items: 1, end, load: undefined },
        ...{ hopMs: undefined, errorMs: undefined, hasWaited: true, isLate: false },
        ...fields,
      }),
    refuse: () => apply({ kind: 'refused', candidate: one }),
    mark: (index: number, kind: 'full' | 'down') => apply({ kind, replica: idOf(index) }),
    /** Returns the wait and the items ahead that selection reads. */
    view: () => [Math.max(0, field('freeAt') - clock.now), field('aheadItems')],
    /** Returns the shares of the replicas in many picks. */
    shares: (count: number, request = any): readonly number[] => {
      const rng = createSeededRng(7);
      const counts = new Array<number>(replicas).fill(0);
      for (let i = 0; i < count; i++) {
        const index = Number(loads.pick(one, request, clock.now, rng)?.id.slice(3));
        counts[index] = (counts[index] ?? 0) + 1;
      }
      return counts.map((picked) => Math.round((picked / count) * 20) / 20);
    },
  };
}

describe('the loads of replicas', () => {
  it('show the candidate’s replica that is free first', () => {
    const { report, view, mark, loads, one } = setUp(2);
    report(0, load(30, { queuedItems: 7 }));
    report(1, load(20, { queuedItems: 2, runningItems: 1 }));
    assert.deepEqual(view(), [20, 3]);
    mark(1, 'down');
    assert.deepEqual(view(), [30, 7]);
    report(0, undefined);
    assert.deepEqual([view()[0], loads.callable(), loads.isCallable(one)], [Infinity, 0, false]);
    assert.deepEqual(report(1, load(5)), [{ kind: 'callable', replica: 'c0-1' }]);
    assert.deepEqual([view()[0], loads.callable(), loads.isCallable(one)], [5, 1, true]);
  });

  it('limit the wait once queries are refused and the queue has not drained for a second, until it does', () => {
    const { report, refuse, clock, field } = setUp(1);
    const limitAfter = (backlogMs: number, now: number): number => {
      clock.now = now;
      report(0, load(backlogMs));
      refuse();
      return field('maxWaitMs');
    };
    const limitMs = 5 * (8 * 10 + 1);
    assert.equal(limitAfter(limitMs, 999), Infinity, 'not for a second yet');
    assert.equal(limitAfter(limitMs / 2 + 1, 1_000), limitMs, 'five batches of 8 items, with the way');
    assert.equal(limitAfter(limitMs / 2, 2_000), Infinity);
    assert.equal(limitAfter(limitMs, 2_999), Infinity);
    assert.equal(limitAfter(limitMs, 3_000), limitMs);
  });

  it('keep the limit of the wait across tables, but do not limit it because all replicas were down', () => {
    const { report, refuse, apply, clock, field, one } = setUp(1);
    report(0, load(5_000));
    clock.now = 1_000;
    refuse();
    const limitMs = field('maxWaitMs');
    assert.ok(limitMs < Infinity);
    apply({ kind: 'table', table: { candidates: [{ ...one }] } });
    assert.equal(field('maxWaitMs'), limitMs);
    const down = setUp(1);
    for (down.clock.now = 0; down.clock.now <= 3_000; down.clock.now += 20) down.report(0, undefined);
    down.report(0, load(5_000));
    assert.equal(down.field('maxWaitMs'), Infinity);
  });

  it('limit the wait once it keeps growing, but not while it is constant', () => {
    const limitOf = (backlogAt: (now: number) => number): number => {
      const { report, clock, field } = setUp(1);
      for (clock.now = 0; clock.now <= 3_000; clock.now += 20) report(0, load(backlogAt(clock.now)));
      return field('maxWaitMs');
    };
    assert.equal(
      limitOf((now) => now),
      5 * (8 * 10 + 1),
      'twice the capacity is offered',
    );
    assert.equal(
      limitOf((now) => 1_000 + (now % 100)),
      Infinity,
    );
    assert.equal(
      limitOf((now) => 1_000 - now / 5),
      Infinity,
    );
  });

  it('do not limit the wait while one replica is free soon', () => {
    const { report, refuse, clock, field } = setUp(2);
    clock.now = 5_000;
    report(1, load(500));
    refuse();
    assert.equal(field('maxWaitMs'), Infinity);
    report(0, load(500));
    clock.now = 5_999;
    report(1, load(500));
    refuse();
    assert.equal(field('maxWaitMs'), Infinity, 'replica 0 is free');
  });

  it('let a reported backlog pass with time', () => {
    const { report, view, clock } = setUp(1);
    report(0, load(30));
    clock.now = 20;
    assert.equal(view()[0], 10);
    clock.now = 50;
    assert.equal(view()[0], 0);
  });

  it('count sent items until the worker reports them', () => {
    const { report, sent, ended, view } = setUp(1);
    report(0, load(0));
    sent(0);
    assert.deepEqual(view(), [10, 1], 'the first one starts a batch');
    sent(0, 2);
    assert.deepEqual(view(), [30, 3]);
    ended(0, 'undelivered');
    assert.deepEqual(view(), [20, 2]);
    ended(0, 'answered', { load: load(4, { runningItems: 1 }) });
    assert.deepEqual(view(), [4, 1], 'the worker has the last one');
  });

  it('add the items of this router that the worker does not have yet', () => {
    const { report, sent, view } = setUp(1);
    report(0, load(0));
    for (let i = 0; i < 10; i++) sent(0);
    report(0, load(25, { queuedItems: 3, runningItems: 1 }));
    assert.deepEqual(view(), [25 + 6 * 10, 10]);
    report(0, load(90, { queuedItems: 30 }));
    assert.deepEqual(view(), [90, 30], 'other routers sent the others');
  });

  it('treat a full replica as busy, not as down', () => {
    const { mark, report, view } = setUp(1);
    mark(0, 'full');
    assert.ok((view()[0] ?? 0) > 1e6 && view()[0] !== Infinity);
    report(0, load(0));
    assert.equal(view()[0], 0);
  });

  it('have the tail of the service time only while idle, because a backlog has the time to allow for errors', () => {
    const { report, field, shares } = setUp(2);
    report(1, load(50, { runningItems: 1 }));
    report(0, load(0, { typical: 1.5, slow: 4 }));
    assert.equal(field('service'), 4);
    report(0, load(9, { typical: 1.5, slow: 4, runningItems: 1 }));
    assert.ok(Math.abs(field('service') - 1.5 / 1.2) < 1e-9, `${field('service')}`);
    // 9 ms until it is free, 2 items that take 15 ms at the median and 48 ms in the tail, and 1 ms of the way.
    assert.ok((shares(1_000, { ...any, limitMs: 40 })[0] ?? 0) === 1);
    report(0, load(9, { typical: 8, slow: 4, runningItems: 1 }));
    assert.equal(field('service'), 4, 'the median has changed, and the tail does not show it yet');
  });

  it('have a service time without a tail for a busy replica whose profile has no points', () => {
    const { one, apply, report, field } = setUp(1);
    apply({ kind: 'table', table: { candidates: [{ ...one, profile: buildProfile([]) }] } });
    report(0, load(9, { typical: 1.5, slow: 4, runningItems: 1 }));
    assert.equal(field('service'), 1.5);
  });

  it('use the profile for an older worker, which reports no times', () => {
    const { report, sent, view } = setUp(1);
    report(0, load(6, { itemMs: 0, typical: 0, slow: 0, runningItems: 1 }));
    sent(0);
    assert.deepEqual(view(), [11, 2]);
  });

  it('keep the state of replicas across tables, also if the candidate’s index changes', () => {
    const { report, field, apply, one } = setUp(2);
    report(0, load(9));
    report(1, load(9));
    const moved: Candidate = { ...one, index: 3, replicas: one.replicas.slice(0, 1) };
    const freeAt = () => [0, 1, 2, 3].map((index) => field('freeAt', index));
    apply({ kind: 'table', table: { candidates: [candidate(1), moved] } });
    assert.deepEqual(freeAt(), [Infinity, -Infinity, Infinity, 9]);
    apply({ kind: 'table', table: { candidates: [] } });
    assert.deepEqual(freeAt(), [Infinity, Infinity, Infinity, Infinity]);
    assert.deepEqual(report(0, load(5)), []);
  });

  it('learn the time between router and worker', () => {
    const { ended, loads, field } = setUp(1);
    for (let i = 0; i < 300; i++) ended(0, 'answered', { load: load(0), hopMs: i % 10 === 0 ? 20 : 4 });
    assert.ok(Math.abs(loads.quietHopMs - 4) < 0.5, `${loads.quietHopMs}`);
    assert.equal(field('hopTailMs'), 20);
    assert.equal(loads.wayMsOf(replicaId('c0-0'), 1_000), 20);
    assert.equal(loads.wayMsOf(replicaId('c0-0'), 40), field('hopMs') + 10, 'a pause that long is not avoided');
    assert.ok(Math.abs(field('hopMs') - 4) < 0.5, `${field('hopMs')}`);
  });

  it('tell how much later than predicted few answers come', () => {
    const { ended, field, clock, report } = setUp(1);
    const answered = (errorMs: number) => ended(0, 'answered', { load: load(0), errorMs });
    for (let i = 0; i < 200; i++) answered(-5 - (i % 20));
    assert.equal(field('marginMs'), -5, 'they come earlier');
    for (let i = 0; i < 256; i++) answered(i === 100 || i === 150 ? 900 : -5);
    assert.equal(field('marginMs'), -5, 'one in a hundred does not count');
    for (let i = 0; i < 64; i++) answered(40);
    assert.equal(field('marginMs'), 40);
    clock.now += 60_000;
    report(0, load(0));
    assert.equal(field('marginMs'), 0, 'nothing is known any more');
  });

  it('keep a reserve while queries that were predicted to wait are refused or late, and forget it', () => {
    const { ended, field, clock, report } = setUp(1);
    const refused = (hasWaited: boolean) => ended(0, 'refused', { load: load(50), hasWaited });
    refused(false);
    assert.equal(field('reserveMs'), 0, 'it was thought to be idle');
    for (let i = 0; i < 2; i++) refused(true);
    for (let i = 0; i < 2; i++) ended(0, 'answered', { load: load(50), isLate: true });
    assert.equal(field('reserveMs'), 10, 'a time per item');
    clock.now += 500;
    report(0, load(0));
    assert.equal(field('reserveMs'), 5);
  });
});

describe('the pick of a replica', () => {
  it('spreads evenly over equal replicas', () => assert.deepEqual(setUp(4).shares(6000), [0.25, 0.25, 0.25, 0.25]));

  it('picks the better of two draws', () => {
    const { report, shares } = setUp(3);
    for (const [index, wait] of [5, 10, 20].entries()) report(index, load(wait));
    assert.deepEqual(shares(6000), [0.55, 0.35, 0.1]);
  });

  it('never picks one that must not be called, and none if there is none', () => {
    const { mark, shares, loads, one } = setUp(2);
    mark(0, 'down');
    assert.deepEqual(shares(100), [0, 1]);
    mark(1, 'down');
    assert.equal(loads.pick(one, any, 0, createSeededRng(1)), undefined);
    assert.equal(loads.pick(candidate(5), any, 0, createSeededRng(1)), undefined);
  });

  it('sends a query only where it meets the limits, with 4 of 20 replicas free', () => {
    const { report, shares } = setUp(20);
    for (let index = 4; index < 20; index++) report(index, load(100, { queuedItems: 9 }));
    for (const request of [
      { items: 1, limitMs: 50, maxWaitMs: Infinity },
      { items: 1, limitMs: Infinity, maxWaitMs: 50 },
    ]) {
      const busy = shares(4000, request).slice(4);
      assert.deepEqual(new Set(busy), new Set([0]));
    }
  });

  it('gives an Interfered replica and a new one fewer queries', () => {
    const interfered = setUp(2);
    interfered.report(1, load(0, { interfered: true }));
    assert.ok((interfered.shares(4000)[1] ?? 1) <= 0.35);
    const grown = setUp(2, { ...params, slowStartMs: 1000 });
    const three = candidate(0, { replicas: 3 });
    const shareOfNew = (now: number): number => {
      const rng = createSeededRng(7);
      const picked = Array.from({ length: 4000 }, () => grown.loads.pick(three, any, now, rng)?.id);
      return picked.filter((id) => id === 'c0-2').length / 4000;
    };
    grown.clock.now = 5000;
    grown.apply({ kind: 'table', table: { candidates: [three] } });
    assert.ok(shareOfNew(5000) < 0.2, 'at first');
    assert.ok(shareOfNew(6000) > 0.3, 'after a second');
  });

  it('ejects at most a fifth of the replicas for failures in a row, for 10 s', () => {
    const { ended, report, loads, one, clock } = setUp(5);
    const fail = (index: number) => Array.from({ length: 5 }, () => ended(index, 'failed')).flat();
    for (let i = 0; i < 20; i++) assert.deepEqual(ended(2, i % 4 === 3 ? 'answered' : 'failed'), []);
    assert.deepEqual(fail(0), [{ kind: 'ejected', replica: 'c0-0' }]);
    assert.deepEqual(fail(1), [], 'one of five is ejected already');
    const rng = createSeededRng(1);
    const picked = (): Set<string> =>
      new Set(Array.from({ length: 200 }, () => loads.pick(one, any, clock.now, rng)?.id ?? ''));
    assert.deepEqual([...picked()].sort(), ['c0-1', 'c0-2', 'c0-3', 'c0-4']);
    clock.now = 10_000;
    report(0, load(0));
    assert.deepEqual([...picked()], ['c0-0'], 'the one that was reported idle last');
  });

  it('keeps what selection promised, whatever the loads are', () => {
    const scene = fc.record({
      waits: fc.array(fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }), { minLength: 1, maxLength: 12 }),
      latencyMs: fc.integer({ min: 5, max: 250 }),
      elapsedMs: fc.integer({ min: 0, max: 20 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(scene, ({ waits, latencyMs, elapsedMs, seed }) => {
        const { report, loads, one } = setUp(waits.length);
        for (const [index, wait] of waits.entries())
          report(index, wait === undefined ? undefined : load(wait, { queuedItems: wait > 0 ? 1 : 0 }));
        const input = query({ latencyMs }, { elapsedMs });
        const selection = selectVariant(buildTargetEntry([one]), input, loads.candidates, {
          ...defaultSelectParams,
          hopMs: loads.quietHopMs,
        });
        if (selection.kind !== 'chosen') return;
        const limitMs = latencyMs - elapsedMs;
        const picked = loads.pick(one, { items: 1, limitMs, maxWaitMs: Infinity }, 0, createSeededRng(seed));
        const wait = waits[Number(picked?.id.slice(3))];
        assert.ok(wait !== undefined && wait + 12 + 1 <= limitMs + 1e-9, `${wait} ms of ${limitMs}`);
      }),
    );
  });
});
