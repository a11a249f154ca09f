import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createSlotScheduler,
  type EndedRun,
  type ReplicaSettings,
  type RunningBatch,
  type SlotEffect,
} from '../../src/index.js';
import type { ReplicaWork } from '../../src/batch/replica-work.js';
import { profile } from '../support/candidates.js';
import { queued, type TestQuery } from '../support/queries.js';

type Effect = SlotEffect<string, TestQuery, string>;
type ReplicaEvent =
  | { readonly kind: 'attached' | 'closed' | 'overdue' }
  | { readonly kind: 'queued' | 'cancelled'; readonly query: TestQuery }
  | { readonly kind: 'ended'; readonly batch: RunningBatch<TestQuery>; readonly run: EndedRun };
type Event =
  | (ReplicaEvent & { readonly replica: string })
  | { readonly kind: 'requested'; readonly waiter: string; readonly idle?: true }
  | { readonly kind: 'withdrawn' | 'released'; readonly waiter: string };

const bounds = { items: 100, bytes: 1_000 };
const settings: ReplicaSettings = { ceiling: 4, profile: profile({ 1: 10, 2: 12, 4: 16 }), sizes: undefined };

function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'start':
      return `start ${effect.replica}: ${effect.batch.entries.map(({ query }) => query.name).join()}`;
    case 'reject':
      return `reject ${effect.query.name}: ${effect.reason}`;
    case 'fail':
      return `fail ${effect.query.name}: ${effect.failure}`;
    case 'grant':
      return `grant ${effect.waiter}`;
  }
}

/** Creates a scheduler with attached replicas. `apply` returns the effects of an event as texts. */
function setUp(slots: number, replicas: readonly string[], of = settings) {
  const scheduler = createSlotScheduler<string, TestQuery, string>(slots);
  const running = new Map<string, RunningBatch<TestQuery>[]>(replicas.map((replica) => [replica, []]));
  const works = new Map<string, ReplicaWork<string, TestQuery>>();
  let now = 0;
  function workOf(replica: string): ReplicaWork<string, TestQuery> {
    const work = works.get(replica);
    assert.ok(work !== undefined, `there is no replica ${replica}`);
    return work;
  }
  function call(event: Event, effects: Effect[]): void {
    switch (event.kind) {
      case 'attached':
        return scheduler.attach(workOf(event.replica), now, effects);
      case 'closed':
        return scheduler.close(workOf(event.replica), now, effects);
      case 'overdue':
        return scheduler.giveUpSlot(workOf(event.replica), now, effects);
      case 'queued':
        return scheduler.queue(workOf(event.replica), event.query, now, effects);
      case 'cancelled':
        return scheduler.cancel(workOf(event.replica), event.query, now, effects);
      case 'ended':
        return scheduler.end(workOf(event.replica), event.batch, event.run, now, effects);
      case 'requested':
        return scheduler.request(event.waiter, event.idle === true, now, effects);
      case 'withdrawn':
        return scheduler.withdraw(event.waiter);
      case 'released':
        return scheduler.release(event.waiter, now, effects);
    }
  }
  function apply(event: Event): readonly string[] {
    const effects: Effect[] = [];
    call(event, effects);
    for (const effect of effects) if (effect.kind === 'start') running.get(effect.replica)?.push(effect.batch);
    return effects.map(describeEffect);
  }
  function add(replica: string, added = of): void {
    works.set(replica, scheduler.add(replica, added, bounds));
    apply({ kind: 'attached', replica });
  }
  for (const replica of replicas) add(replica);
  return {
    scheduler,
    add,
    apply,
    running,
    at: (time: number) => void (now = time),
    send: (replica: string, query: TestQuery) => apply({ kind: 'queued', replica, query }),
    /** Ends the replica's first batch. Without `computeMs`, the executor computed for the whole time. */
    end: (replica: string, run: Partial<EndedRun> = {}) => {
      const batch = running.get(replica)?.shift();
      assert.ok(batch !== undefined, `${replica} runs no batch`);
      const beganAt = run.beganAt ?? batch.startedAt;
      const whole = { outcome: 'done', beganAt, computeMs: now - beganAt } as const;
      return apply({ kind: 'ended', replica, batch, run: { ...whole, ...run } });
    },
    load: (replica: string) => scheduler.load(workOf(replica), now),
  };
}

describe('the slot scheduler', () => {
  it('starts a query at once if a slot is free, and batches those that wait', () => {
    const { send, end } = setUp(1, ['a'], { ...settings, profile: undefined });
    assert.deepEqual(send('a', queued('1')), ['start a: 1']);
    for (const name of ['4', '3', '2']) assert.deepEqual(send('a', queued(name, Number(name))), []);
    assert.deepEqual(end('a'), ['start a: 2,3,4']);
  });

  it('sends a second batch ahead when it is full', () => {
    const { send, end } = setUp(1, ['a'], { ...settings, profile: undefined });
    send('a', queued('1'));
    for (const name of ['2', '3', '4']) assert.deepEqual(send('a', queued(name)), []);
    assert.deepEqual(send('a', queued('5')), ['start a: 2,3,4,5'], 'it waits in the executor');
    for (const name of ['6', '7', '8', '9']) assert.deepEqual(send('a', queued(name)), [], 'a third one does not');
    assert.deepEqual(end('a'), ['start a: 6,7,8,9']);
  });

  it('sends no second batch if runs spend no time outside of the executor', () => {
    const { send, end, at } = setUp(1, ['a'], { ...settings, ceiling: 1 });
    for (let i = 0; i < 60; i++) {
      send('a', queued('1'));
      at(10 * (i + 1));
      end('a');
    }
    assert.deepEqual(send('a', queued('2')), ['start a: 2']);
    assert.deepEqual(send('a', queued('3')), []);
  });

  it('gives a free slot to the replica whose first query has the highest priority and is due first', () => {
    const { send, end } = setUp(1, ['a', 'b', 'c']);
    send('a', queued('1', 900));
    send('b', queued('3', 400));
    send('c', queued('4', 600, { priority: 1 }));
    send('a', queued('2', 500));
    assert.deepEqual([end('a'), end('c'), end('b'), end('a')], [['start c: 4'], ['start b: 3'], ['start a: 2'], []]);
  });

  it('lets no replica wait for more than 500 ms', () => {
    const { send, end, at } = setUp(1, ['a', 'b']);
    send('a', queued('1', 1e6));
    send('b', queued('2', 2e6));
    for (const time of [200, 400]) {
      at(time);
      send('a', queued(`a${time}`, time + 100));
      assert.deepEqual(end('a'), [`start a: a${time}`]);
    }
    at(500);
    send('a', queued('3', 600));
    assert.deepEqual(end('a'), ['start b: 2']);
  });

  it('grants a slot to a step when no query is due before it', () => {
    const { send, end, apply, at } = setUp(1, ['a']);
    assert.deepEqual(apply({ kind: 'requested', waiter: 'warm-up' }), ['grant warm-up']);
    assert.deepEqual(send('a', queued('1', 50)), []);
    apply({ kind: 'requested', waiter: 'measure' });
    apply({ kind: 'requested', waiter: 'withdrawn' });
    apply({ kind: 'withdrawn', waiter: 'withdrawn' });
    assert.deepEqual(apply({ kind: 'released', waiter: 'warm-up' }), ['start a: 1']);
    at(10);
    send('a', queued('2', 2000));
    assert.deepEqual(end('a'), ['grant measure']);
    assert.deepEqual(apply({ kind: 'released', waiter: 'measure' }), ['start a: 2']);
  });

  it('grants an idle slot only while nothing else waits', () => {
    const { send, end, apply, scheduler } = setUp(1, ['a']);
    send('a', queued('1'));
    apply({ kind: 'requested', waiter: 'check', idle: true });
    apply({ kind: 'requested', waiter: 'withdrawn', idle: true });
    apply({ kind: 'withdrawn', waiter: 'withdrawn' });
    assert.equal(scheduler.waiting(), 0);
    send('a', queued('2'));
    assert.deepEqual(end('a'), ['start a: 2']);
    assert.deepEqual(end('a'), ['grant check']);
    assert.deepEqual(send('a', queued('3')), []);
    assert.deepEqual(apply({ kind: 'released', waiter: 'check' }), ['start a: 3']);
    assert.deepEqual(end('a'), []);
  });

  it('rejects a query immediately when the queue is full, and a late one when a batch starts', () => {
    const { send, end, at, apply } = setUp(1, ['a']);
    send('a', queued('1'));
    assert.deepEqual(send('a', queued('3', 25, { items: 3 })), []);
    assert.deepEqual(send('a', queued('4', 90, { items: 98 })), ['reject 4: full']);
    at(20);
    assert.deepEqual(end('a'), ['reject 3: late']);
    send('a', queued('5'));
    assert.deepEqual(apply({ kind: 'closed', replica: 'a' }), []);
  });

  it('retries the queries of a dead executor alone when another one is attached, except cancelled ones', () => {
    const { send, end, apply } = setUp(1, ['a'], { ...settings, ceiling: 1 });
    const [first, second] = [queued('1'), queued('2')];
    send('a', first);
    send('a', second);
    send('a', queued('3'));
    apply({ kind: 'cancelled', replica: 'a', query: second });
    assert.deepEqual(end('a', { outcome: 'died-running' }), []);
    assert.deepEqual(end('a', { outcome: 'died-waiting' }), []);
    assert.deepEqual(apply({ kind: 'attached', replica: 'a' }), ['start a: 1', 'start a: 3']);
    assert.deepEqual(end('a', { outcome: 'died-running' }), ['fail 1: died-running']);
  });

  it('fails no query that was cancelled while it ran', () => {
    const { send, end, apply } = setUp(1, ['a']);
    const query = queued('1');
    send('a', query);
    apply({ kind: 'cancelled', replica: 'a', query });
    assert.deepEqual(end('a', { outcome: 'failed' }), []);
  });

  it('takes the slot from an overdue run', () => {
    const { send, apply } = setUp(1, ['a', 'b']);
    send('a', queued('1'));
    send('b', queued('2'));
    assert.deepEqual(apply({ kind: 'overdue', replica: 'a' }), ['start b: 2']);
  });

  it('pads batches to the sizes of the device', () => {
    const { send, running } = setUp(1, ['a'], { ...settings, sizes: [2, 4] });
    send('a', queued('1', 500, { items: 3 }));
    assert.deepEqual(
      running.get('a')?.map(({ items, size }) => [items, size]),
      [[3, 4]],
    );
  });

  it('reports the backlog by what runs, waits, and shares the slot', () => {
    const { send, load, at } = setUp(1, ['a', 'b']);
    const idle = {
      queuedItems: 0,
      runningItems: 0,
      backlogMs: 0,
      itemMs: 4,
      ...{ typical: 1, slow: 1, interfered: false },
    };
    assert.deepEqual(load('a'), idle);
    send('a', queued('1', 900));
    at(4);
    assert.deepEqual(load('a'), { ...idle, runningItems: 1, backlogMs: 6 });
    assert.deepEqual(load('b'), { ...idle, backlogMs: 6, itemMs: 6.5 }, 'b waits for the batch of a');
    send('b', queued('2', 800));
    send('b', queued('3', 800));
    assert.deepEqual(load('b'), { ...idle, queuedItems: 2, backlogMs: 6 + (2 / 4) * 26, itemMs: 6.5 });
    assert.equal(load('a').itemMs, (16 + 12) / 4);
  });

  it('counts the time of a batch that was sent ahead from its beginning', () => {
    const { send, end, load, at } = setUp(1, ['a'], { ...settings, ceiling: 1 });
    send('a', queued('1'));
    at(2);
    assert.deepEqual(send('a', queued('2')), ['start a: 2'], 'it waits in the executor');
    at(10);
    end('a', { computeMs: 5 });
    at(12);
    assert.equal(load('a').backlogMs, 8);
    assert.deepEqual(send('a', queued('3', 30)), ['start a: 3'], 'it is expected to end at 30');
    assert.deepEqual(send('a', queued('4', 39)), ['reject 4: late'], 'it would end at 40');
  });

  it('reports the queue behind a run that takes longer than expected', () => {
    const { send, load, at } = setUp(1, ['a', 'b']);
    send('a', queued('1', 900));
    send('a', queued('2', 900));
    at(11);
    assert.equal(load('a').backlogMs, 4);
  });

  it('counts the time that a step holds the only slot, for as long as the last one did', () => {
    const { apply, send, load, at } = setUp(1, ['a'], { ...settings, ceiling: 1 });
    for (const waiter of ['1', '2']) {
      apply({ kind: 'requested', waiter });
      at(waiter === '1' ? 40 : 52);
      if (waiter === '1') apply({ kind: 'released', waiter });
    }
    assert.equal(load('a').backlogMs, 28, '12 of 40 ms have passed');
    assert.deepEqual(send('a', queued('q', 89, { enqueuedAt: 52 })), ['reject q: late'], 'it would end at 90');
    assert.deepEqual(send('a', queued('q', 95, { enqueuedAt: 52 })), []);
    at(84);
    assert.equal(load('a').backlogMs, 4 + 10, 'the step takes 4 ms longer than the last one, and as much again');
    assert.deepEqual(apply({ kind: 'released', waiter: '2' }), ['start a: q']);
    assert.equal(load('a').backlogMs, 10);
  });

  it('runs a query on an idle replica that the profile has time for, also after slower shapes', () => {
    const { apply, send, end, load, at } = setUp(1, ['a', 'b'], {
      ...settings,
      ceiling: 1,
      profile: profile({ 1: 10 }),
    });
    let now = 0;
    const query = (name: string, limitMs: number, shapes = { x: [8] }) =>
      queued(name, now + limitMs, { enqueuedAt: now, shapes });
    for (let run = 0; run < 60; run++, now += 100) {
      at(now);
      send('a', query('slow', 90, { x: [512] }));
      at(now + 60);
      end('a');
    }
    at(now);
    assert.ok(load('a').typical > 4, `${load('a').typical}`);
    assert.deepEqual(send('a', query('1', 9)), ['reject 1: late'], 'less than the profile says');
    assert.deepEqual(
      send('a', queued('1', now + 30, { enqueuedAt: now })),
      ['reject 1: late'],
      'all have the same shapes',
    );
    assert.deepEqual(send('a', query('2', 30)), ['start a: 2']);
    assert.deepEqual(
      send('a', query('3', 80)),
      ['reject 3: late'],
      'the replica is not idle, so what it observed counts',
    );
    apply({ kind: 'requested', waiter: 'step' });
    assert.deepEqual(end('a'), ['grant step']);
    send('a', query('4', 600));
    send('b', query('5', 800));
    at(now + 570);
    assert.deepEqual(
      apply({ kind: 'released', waiter: 'step' }),
      ['reject 4: late', 'start b: 5'],
      'another replica can use the slot',
    );
  });

  it('allows for errors of the wait as they were observed, also if others use the slot meanwhile', () => {
    const { add, send, end, load, at } = setUp(1, ['a'], { ...settings, ceiling: 1, profile: profile({ 1: 10 }) });
    for (let run = 0; run < 32; run++) {
      at(20 * run);
      send('a', queued(`${run}`, Infinity, { enqueuedAt: 20 * run }));
      at(20 * run + (run % 2 === 0 ? 15 : 5));
      end('a');
    }
    add('b', { ...settings, profile: profile({ 1: 90 }) });
    send('b', queued('long'));
    const marginMs = load('a').backlogMs - 90;
    assert.ok(marginMs > 10 && marginMs < 20, `${marginMs} instead of 5 × √(90 / 10)`);
  });

  it('reports no wait behind a replica whose last query was rejected when it got the slot', () => {
    const { send, end, load, at } = setUp(1, ['a', 'b']);
    send('a', queued('1', 900));
    send('b', queued('2', 21));
    at(12);
    assert.deepEqual(end('a', { beganAt: 2 }), ['reject 2: late']);
    assert.equal(load('a').itemMs, 4);
  });

  it('neither loses nor repeats a query, never exceeds its slots, and does the same for the same events', () => {
    const replica = fc.constantFrom('a', 'b', 'c');
    const event = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), replica, due: fc.nat(200) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('end' as const),
          replica,
          outcome: fc.constantFrom('done' as const, 'done' as const, 'failed' as const, 'died-running' as const),
        }),
      },
      fc.record({ kind: fc.constant('attach' as const), replica }),
      fc.record({ kind: fc.constant('cancel' as const), replica, index: fc.nat(20) }),
      fc.record({ kind: fc.constant('overdue' as const), replica }),
      fc.record({ kind: fc.constant('step' as const) }),
    );
    const play = (events: readonly (typeof event extends fc.Arbitrary<infer T> ? T : never)[]): readonly string[] => {
      const { apply, running, send, end, at, load } = setUp(2, ['a', 'b', 'c']);
      const live = new Map<string, { readonly replica: string; readonly query: TestQuery }>();
      const overdue = new Set<string>();
      const log: string[] = [];
      const record = (effects: readonly string[]): void => {
        log.push(...effects);
        for (const effect of effects) {
          const [verb, name = ''] = effect.split(/[ :]+/);
          if (verb === 'reject' || verb === 'fail') assert.ok(live.delete(name), `${effect}: not live`);
        }
      };
      let granted = 0;
      for (const [now, each] of events.entries()) {
        at(now * 5);
        switch (each.kind) {
          case 'send': {
            const query = queued(`q${now}`, now * 5 + each.due, { enqueuedAt: now * 5 });
            live.set(query.name, { replica: each.replica, query });
            record(send(each.replica, query));
            break;
          }
          case 'end': {
            const [batch] = running.get(each.replica) ?? [];
            if (batch === undefined) break;
            if (each.outcome === 'done') for (const { query } of batch.entries) live.delete(query.name);
            overdue.delete(each.replica);
            record(end(each.replica, { outcome: each.outcome }));
            if (each.outcome !== 'died-running') break;
            while ((running.get(each.replica)?.length ?? 0) > 0) record(end(each.replica, { outcome: 'died-waiting' }));
            break;
          }
          case 'attach':
            record(apply({ kind: 'attached', replica: each.replica }));
            break;
          case 'cancel': {
            const [name, found] = [...live][each.index] ?? [];
            if (name === undefined || found === undefined) break;
            record(apply({ kind: 'cancelled', ...found }));
            live.delete(name);
            break;
          }
          case 'overdue':
            if ((running.get(each.replica)?.length ?? 0) === 0) break;
            overdue.add(each.replica);
            record(apply({ kind: 'overdue', replica: each.replica }));
            break;
          case 'step': {
            const effects = apply({ kind: 'requested', waiter: 'w' });
            record(effects);
            granted += effects.filter((effect) => effect.startsWith('grant')).length;
            while (granted > 0) {
              granted -= 1;
              record(apply({ kind: 'released', waiter: 'w' }));
            }
          }
        }
        const holding = [...running].filter(([name, batches]) => batches.length > 0 && !overdue.has(name));
        assert.ok(holding.length <= 2, `${holding.length} replicas run on 2 slots`);
      }
      const waiting = ['a', 'b', 'c'].reduce((sum, name) => sum + load(name).queuedItems, 0);
      const inFlight = [...running.values()].flat().flatMap(({ entries }) => entries.map(({ query }) => query.name));
      const uncancelled = inFlight.filter((name) => live.has(name));
      assert.equal(waiting + uncancelled.length, live.size, 'every live query waits or runs');
      return log;
    };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => assert.deepEqual(play(events), play(events))),
      { numRuns: 1_000 },
    );
  });
});
