import assert from 'node:assert/strict';
import { ended, idle, on, setUp } from './support.js';

describe('the router core', () => {
  it('refuses a query whose deadline is too short, and ends one whose deadline has passed', () => {
    const { arrive, resolve, clock } = setUp([on(0, ['w:0'])]);
    assert.deepEqual(resolve(arrive('a', { deadlineAt: 5 })), ['a refused: infeasible']);
    clock.now = 10;
    assert.deepEqual(resolve(arrive('b', { receivedAt: 0, deadlineAt: 10 })), ['b expire']);
    assert.deepEqual(resolve(arrive('c', { receivedAt: 0, deadlineAt: 100 })), ['c to c0-w:0']);
  });

  it('counts the time since the receipt, and the delay of the event loop, until a query is lost', () => {
    const { arrive, resolve, apply, core, clock } = setUp([on(0, ['w:0', 'w:1'])]);
    clock.now = 300;
    const query = arrive('a', { receivedAt: 0 });
    resolve(query);
    assert.equal(query.sent?.selection.elapsedMs, 300);
    const { address } = query.sent.replica;
    clock.now = 600;
    assert.deepEqual(apply(ended(query, 'lost')), ['a suspects: connection-lost', 'a resolved again: lost']);
    const other = address === 'w:0' ? 'w:1' : 'w:0';
    assert.deepEqual(resolve(query), [`a to c0-${other}`], 'all replicas of the worker are down');
    assert.equal(query.sent.selection.elapsedMs, 0);
    assert.equal(core.loads.callable(), 1);
    assert.deepEqual(apply(ended(query, 'answered')), ['a answer']);
  });

  it('retries within the attempts, the budget and the patience of the caller', () => {
    const addresses = ['w:0', 'w:1', 'w:2', 'w:3', 'w:4'];
    const { arrive, resolve, apply } = setUp([on(0, addresses)]);
    const query = arrive('a');
    resolve(query);
    for (let attempt = 1; attempt < 4; attempt++) {
      assert.deepEqual(apply(ended(query, 'not-executed')), ['a resolved again: not-executed']);
      resolve(query);
    }
    assert.deepEqual(apply(ended(query, 'not-executed')), ['a fail']);
    const given = arrive('b');
    resolve(given);
    assert.deepEqual(apply(ended(given, 'not-executed', { isGivenUp: true })), ['b fail']);
  });

  it('sends a query that a replica refused elsewhere, twice, with the rest of its time', () => {
    const { arrive, resolve, apply, clock } = setUp([on(0, ['w:0', 'w:1', 'w:2'])]);
    const query = arrive('a');
    resolve(query);
    const load = { ...idle, backlogMs: 5_000 };
    clock.now = 100;
    assert.deepEqual(apply(ended(query, 'refused', { load, tookMs: 1 })), ['a late', 'a resolved again: refused']);
    assert.equal(resolve(query).length, 1);
    assert.equal(query.sent?.selection.elapsedMs, 100);
    assert.deepEqual(apply(ended(query, 'refused', { load, tookMs: 1 })), ['a late', 'a resolved again: refused']);
    assert.equal(resolve(query).length, 1);
    assert.deepEqual(apply(ended(query, 'refused', { load, tookMs: 1 })), ['a late', 'a fail']);
  });

  it('takes the error of an older worker for a refusal that is final', () => {
    const { arrive, resolve, apply } = setUp([on(0, ['w:0'])]);
    const query = arrive('a');
    resolve(query);
    assert.deepEqual(apply(ended(query, 'failed', { code: 'resource-exhausted' })), ['a late', 'a fail']);
  });

  it('calls no replica of a lost worker until that reports it', () => {
    const { arrive, resolve, apply, report } = setUp([on(0, ['w:0'])]);
    assert.deepEqual(apply({ kind: 'lost', address: 'w:0' }), []);
    assert.deepEqual(resolve(arrive('a')), ['a waits for c0:original']);
    assert.deepEqual(report('w:0'), [], 'draining');
    assert.deepEqual(report('w:0', ['c0-w:0', 0]), ['callable c0-w:0', 'a to c0-w:0']);
  });
});

describe('a held query', () => {
  const [cold, other] = [on(0, []), on(1, [], { cost: 0.5 })];

  it('waits for the variant of the last decision, and is resolved with each table', () => {
    const { arrive, resolve, apply, setTable, core } = setUp([cold]);
    const query = arrive('a');
    assert.deepEqual(resolve(query), ['a waits for c0:original']);
    for (let i = 0; i < 3; i++) assert.deepEqual(apply({ kind: 'linked' }), []);
    assert.deepEqual(setTable([cold, other]), ['a resolved again: table']);
    assert.deepEqual(resolve(query), [], 'it is decided when the workers of the table can be called');
    assert.deepEqual(apply({ kind: 'linked' }), ['a waits for c1:original']);
    assert.deepEqual(core.held, { count: 1, bytes: 10 });
    setTable([on(0, ['w:0'])]);
    resolve(query);
    assert.deepEqual(apply({ kind: 'linked' }), ['a to c0-w:0']);
    assert.equal(core.held.count, 0);
  });

  it('stays held while the replica is busy, and is decided again after a report or the end of a query', () => {
    const { arrive, resolve, apply, setTable, report } = setUp([cold]);
    const held = ['a', 'b', 'c'].map((name) => arrive(name));
    for (const query of held) resolve(query, { latencyMs: 20 });
    setTable([on(0, ['w:0'])]);
    for (const query of held) resolve(query, { latencyMs: 20 });
    assert.deepEqual(apply({ kind: 'linked' }), ['a to c0-w:0']);
    const [first] = held;
    assert.ok(first !== undefined);
    assert.deepEqual(apply(ended(first, 'answered', { load: idle, tookMs: 10 })), ['b to c0-w:0', 'a answer']);
    assert.deepEqual(report('w:0', ['c0-w:0', 50]), []);
  });

  it('is resumed by due time, as many as can be met, with one decision for those that stay', () => {
    const core = setUp([cold]);
    const queries = Array.from({ length: 500 }, (_, index) => core.arrive(`${index}`, { receivedAt: 0 }));
    for (const query of queries) core.resolve(query, { latencyMs: 200 });
    core.setTable([on(0, ['w:0'])]);
    for (const query of queries) core.resolve(query, { latencyMs: 200 });
    const before = core.decisions;
    const sent = core.apply({ kind: 'linked' });
    assert.ok(sent.length > 5 && sent.length < 30, `${sent.length} fit into 200 ms`);
    assert.deepEqual(
      sent,
      sent.map((_, index) => `${index} to c0-w:0`),
    );
    assert.equal(core.decisions - before, sent.length + 1);
  });

  it('that its replica refuses is held for the rest of its time, and resumes no other', () => {
    const { arrive, resolve, apply, setTable, clock } = setUp([cold]);
    const held = ['a', 'b'].map((name) => arrive(name));
    for (const query of held) resolve(query, { latencyMs: 20 });
    setTable([on(0, ['w:0'])]);
    for (const query of held) resolve(query, { latencyMs: 20 });
    assert.deepEqual(apply({ kind: 'linked' }), ['a to c0-w:0']);
    const [first, second] = held;
    assert.ok(first && second);
    assert.deepEqual(apply(ended(first, 'refused', { load: idle })), ['a late', 'a waits for c0:original']);
    clock.now = 999;
    assert.deepEqual(apply({ kind: 'hold-timeout', query: first }), ['a gives up: too-long']);
    assert.deepEqual(apply({ kind: 'left', query: second, code: 'cancelled' }), []);
    assert.deepEqual(apply({ kind: 'hold-timeout', query: second }), [], 'it has left');
  });

  it('whose time ends while a replica has it is not held again', () => {
    const { arrive, resolve, apply, setTable, clock } = setUp([cold]);
    const query = arrive('a', { deadlineAt: 500 });
    resolve(query);
    setTable([on(0, ['w:0'])]);
    resolve(query);
    assert.deepEqual(apply({ kind: 'linked' }), ['a to c0-w:0']);
    clock.now = 499.9;
    assert.deepEqual(apply({ kind: 'hold-timeout', query }), []);
    assert.deepEqual(apply(ended(query, 'refused', { load: idle })), ['a late', 'a gives up: deadline']);
  });

  it('gives up when the router drains, also if it is held later', () => {
    const { arrive, resolve, apply, core } = setUp([cold]);
    resolve(arrive('a'));
    resolve(arrive('b'));
    assert.deepEqual(apply({ kind: 'draining' }), ['a gives up: draining', 'b gives up: draining']);
    assert.deepEqual(resolve(arrive('c')), ['c gives up: draining']);
    assert.equal(core.held.count, 0);
  });
});
