// The table log, and the convergence of routers' tables over restarts, restores and cut connections.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { groupBy, type TableVersion } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { describe, it } from 'mocha';
import { createTableLog, type TableLog } from '../../src/routes/table-log.js';
import type { TableRows } from '../../src/routes/table-rows.js';

const keys = ['a', 'b', 'c', 'd', 'e'];
const controllers = 2;

type Action =
  | { readonly kind: 'put'; readonly key: string; readonly value: number }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'restore'; readonly epoch: number }
  | { readonly kind: 'observe' | 'restart' | 'connect'; readonly at: number }
  | { readonly kind: 'send' | 'deliver' | 'cut' };

const constant = fc.constant;
const key = fc.constantFrom(...keys);
const at = fc.nat({ max: controllers - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: constant('put' as const), key, value: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: constant('remove' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: constant('restore' as const), epoch: fc.nat({ max: 2 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: constant('observe' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: constant('restart' as const), at }) },
  { weight: 3, arbitrary: fc.record({ kind: constant('connect' as const), at }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('send' as const, 'deliver' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: constant('cut' as const) }) },
);

interface Truth {
  readonly epoch: number;
  readonly rows: ReadonlyMap<string, number>;
}

/** A controller whose log contains the true rows as of the last `observe`. */
interface Controller {
  readonly log: TableLog;
  observe(truth: Truth): void;
}

function startController(instance: number): Controller {
  let epoch = 0;
  const log = createTableLog(() => `${epoch}.${instance}`);
  return {
    log,
    observe(truth) {
      ({ epoch } = truth);
      log.update(inLists(Array.from(truth.rows, ([name, value]) => rowOf(name, value))));
    },
  };
}

/** Returns the rows in two lists, by their keys. */
const inLists = (rows: readonly wire.TableRowInput[]): TableRows =>
  groupBy(rows, ({ key: name = '' }) => (name < 'c' ? 'first' : 'second'));

const rowOf = (name: string, value: number): wire.TableRowInput => ({ key: name, task: { name: String(value) } });

/** Creates a table that applies messages like `createTableRows` of the router. */
function createRouter() {
  const rows = new Map<string, string>();
  let version: TableVersion | undefined;
  return {
    rows,
    get version() {
      return version;
    },
    take({ epoch = '', revision = 0, snapshot = false, rows: changed = [], removed = [] }: wire.TableMessageInput) {
      if (snapshot) rows.clear();
      for (const gone of removed) rows.delete(gone);
      for (const row of changed) rows.set(row.key ?? '', row.task?.name ?? '');
      version = { epoch, revision: Number(revision) };
    },
  };
}

interface Stream {
  readonly of: Controller;
  /** Version up to which messages were sent. */
  at: TableVersion | undefined;
  readonly inFlight: wire.TableMessageInput[];
}

function createFixture() {
  let truth: Truth = { epoch: 0, rows: new Map() };
  let instances = 0;
  let stream: Stream | undefined;
  const start = (): Controller => {
    const started = startController(instances++);
    started.observe(truth);
    return started;
  };
  const all = Array.from({ length: controllers }, start);
  const router = createRouter();
  const controllerAt = (index: number): Controller => all[index] ?? assert.fail();

  const change = (edit: (rows: Map<string, number>) => void): void => {
    const rows = new Map(truth.rows);
    edit(rows);
    truth = { ...truth, rows };
  };
  const connect = (of: Controller): void => {
    stream = { of, at: router.version, inFlight: [] };
  };
  /** Sends the next message. Returns false if there is none. */
  const send = (): boolean => {
    const message = stream?.of.log.since(stream.at);
    if (stream === undefined || message === undefined) return false;
    stream.at = stream.of.log.version;
    stream.inFlight.push(message);
    return true;
  };
  const deliver = (): boolean => {
    const message = stream?.inFlight.shift();
    if (message !== undefined) router.take(message);
    return message !== undefined;
  };
  return {
    do(one: Action): void {
      switch (one.kind) {
        case 'put':
          return change((rows) => rows.set(one.key, one.value));
        case 'remove':
          return change((rows) => rows.delete(one.key));
        case 'restore':
          truth = { epoch: one.epoch, rows: new Map([['a', one.epoch]]) };
          return;
        case 'observe':
          return controllerAt(one.at).observe(truth);
        case 'restart':
          if (stream?.of === controllerAt(one.at)) stream = undefined;
          all[one.at] = start();
          return;
        case 'connect':
          return connect(controllerAt(one.at));
        case 'send':
          return void send();
        case 'deliver':
          return void deliver();
        case 'cut':
          stream = undefined;
      }
    },
    /** Connects the router, and sends and delivers all messages. */
    settle(): void {
      for (const each of all) each.observe(truth);
      if (stream === undefined) connect(controllerAt(0));
      while (send() || deliver());
    },
    router,
    truth: () => new Map(Array.from(truth.rows, ([name, value]) => [name, String(value)])),
    version: () => stream?.of.log.version,
  };
}

describe('table log', () => {
  const row = (key: string, name: string): wire.TableRowInput => ({ key, task: { name } });

  it('returns a snapshot first, and then only changes', () => {
    const log = createTableLog(() => 'e');
    log.update(inLists([row('a', '1'), row('b', '1')]));
    const first = log.version;
    assert.equal(log.since(undefined)?.rows?.length, 2);
    assert.equal(log.since(first), undefined);
    log.update(inLists([row('a', '2'), row('b', '1'), row('c', '1')]));
    log.update(inLists([row('a', '3'), row('c', '1')]));
    const delta = log.since(first);
    assert.deepEqual(delta, { ...log.version, rows: [row('a', '3'), row('c', '1')], removed: ['b'] });
  });

  it('makes no revision without changes', () => {
    const log = createTableLog(() => 'e');
    log.update(inLists([row('a', '1')]));
    const { revision } = log.version;
    assert.equal(log.update(inLists([row('a', '1')])), false);
    assert.equal(log.version.revision, revision);
  });

  it('compares only lists that are other objects', () => {
    const log = createTableLog(() => 'e');
    const [first, second] = [[row('a', '1')], [row('d', '1')]];
    log.update(new Map([...inLists(first), ...inLists(second)]));
    const before = log.version;
    const same = inLists(first);
    log.update(new Map([...same, ['third', [row('d', '2')]]]));
    assert.deepEqual(log.since(before)?.rows, [row('d', '2')]);
    const moved = log.version;
    assert.equal(log.update(new Map([...same, ['third', [row('d', '2')]]])), false);
    log.update(same);
    assert.deepEqual(log.since(moved)?.removed, ['d']);
  });

  it('returns a snapshot for another epoch, a future revision, and a dropped one', () => {
    const log = createTableLog(() => 'e');
    log.update(inLists([row('a', '0')]));
    const old = log.version;
    for (let i = 1; i <= 1_001; i += 1) log.update(inLists([row('a', String(i))]));
    for (const version of [{ ...log.version, epoch: 'x' }, { ...log.version, revision: 9_999 }, old]) {
      assert.equal(log.since(version)?.snapshot, true);
    }
  });

  it('keeps no more changes than rows', () => {
    const log = createTableLog(() => 'e');
    const rows = (value: number) => inLists(Array.from({ length: 2_000 }, (_, i) => row(`${i}`, `${value}`)));
    log.update(rows(0));
    const [first] = [log.version, log.update(rows(1))];
    assert.equal(log.since(first)?.snapshot, undefined);
    log.update(rows(2));
    assert.equal(log.since(first)?.snapshot, true);
  });
});

describe('tables of routers', () => {
  it('converge after cuts, restarts, restores and changes of controller', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 30, maxLength: 120 }), (actions) => {
        const fixture = createFixture();
        for (const one of actions) fixture.do(one);
        fixture.settle();
        assert.deepEqual(new Map([...fixture.router.rows].sort()), new Map([...fixture.truth()].sort()));
        assert.deepEqual(fixture.router.version, fixture.version());
      }),
      { numRuns: 300 },
    );
  });
});
