import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digest, hardwareClassId, replicaId, type ReplicaId } from '@pareto/core';
import { buildHardwareClass, buildVariantSpec } from '@pareto/testkit';
import {
  createWorkerCore,
  createWorkerLogWriter,
  defaultWorkerParams,
  replayWorkerLog,
  type AssignedReplica,
  type RunningBatch,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerLogHeader,
} from '../../src/index.js';
import { profile } from '../support/candidates.js';
import { queued, type TestQuery } from '../support/queries.js';

interface Waiter {
  readonly name: string;
}
type Effect = WorkerEffect<TestQuery, Waiter>;
type Event = WorkerEvent<TestQuery, Waiter>;

const cpu = buildHardwareClass();
const device = buildHardwareClass({ provider: 'cuda', device: 'a' });
const groups = [
  { hardwareClass: cpu, slots: 1 },
  { hardwareClass: device, slots: 1 },
];
const options = { groups, bounds: { items: 100, bytes: 1_000 }, params: defaultWorkerParams };

function assigned(name: string, fields: Partial<AssignedReplica> = {}): AssignedReplica {
  return {
    ...{ replica: replicaId(name), spec: buildVariantSpec({ maxBatchSize: 8 }), hardwareClass: cpu.id },
    ...{ batchCeiling: 4, profile: profile({ 1: 10, 4: 16 }), usdPerHour: 1 },
    ...fields,
  };
}

function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'start':
      return `start ${effect.replica}: ${effect.batch.entries.map(({ query }) => query.name).join()}`;
    case 'reject':
      return `reject ${effect.query.name}: ${effect.reason}`;
    case 'fail':
      return `fail ${effect.query.name}`;
    case 'grant':
      return `grant ${effect.waiter.name}`;
    case 'add':
      return `add ${effect.assignment.replica}`;
    case 'update':
      return `update ${effect.assignment.replica}${effect.isOutdated ? ', which is outdated' : ''}`;
    case 'load':
    case 'replace':
      return `${effect.kind} ${effect.assignment.replica} after ${effect.afterMs}`;
    case 'changed':
      return `${effect.replica} ${effect.state}${effect.reason === '' ? '' : ` (${effect.reason})`}`;
    case 'stop':
    case 'unload':
    case 'remove':
      return `${effect.kind} ${effect.replica}`;
  }
}

/** Creates a core. `apply` returns the effects of an event as texts. */
function setUp() {
  const core = createWorkerCore<TestQuery, Waiter>(options);
  const log = createWorkerLogWriter<TestQuery, Waiter>();
  const lines = [JSON.stringify({ log: 'worker', version: 1, ...options } satisfies WorkerLogHeader)];
  const running = new Map<ReplicaId, RunningBatch<TestQuery>[]>();
  const held = new Set<string>();
  const granted: Waiter[] = [];
  let now = 0;
  function apply(event: Event): readonly string[] {
    const effects: Effect[] = [];
    core.apply(event, now, effects);
    lines.push(JSON.stringify(log.lineOf(event, now, effects)));
    for (const effect of effects) {
      if (effect.kind === 'start') running.set(effect.replica, [...(running.get(effect.replica) ?? []), effect.batch]);
      if (effect.kind === 'add') held.add(effect.assignment.replica);
      if (effect.kind === 'remove') held.delete(effect.replica);
      if (effect.kind === 'grant') granted.push(effect.waiter);
    }
    return effects.map(describeEffect);
  }
  const assign = (...replicas: readonly AssignedReplica[]) =>
    apply({ kind: 'assigned', desired: { replicas, keepUnlisted: false, kept: [] } });
  const on =
    (kind: 'loaded' | 'warmed' | 'mixed' | 'replaced') =>
    (name: string): readonly string[] =>
      apply({ kind, replica: replicaId(name) });
  const [loaded, warmed, mixed, replaced] = [on('loaded'), on('warmed'), on('mixed'), on('replaced')];
  return {
    core,
    lines,
    running,
    held,
    granted,
    apply,
    assign,
    mixed,
    replaced,
    loaded,
    warmed,
    at: (time: number) => void (now = time),
    /** Assigns replicas, and lets them serve. */
    serve: (...replicas: readonly AssignedReplica[]): void => {
      assign(...replicas);
      for (const { replica } of replicas) loaded(replica);
      for (const { replica } of replicas) warmed(replica);
    },
    send: (name: string, query: TestQuery) => apply({ kind: 'queued', replica: replicaId(name), query }),
    end: (name: string, outcome: 'done' | 'failed' | 'died-running' = 'done') => {
      const replica = replicaId(name);
      const batch = running.get(replica)?.shift();
      assert.ok(batch !== undefined, `${name} runs no batch`);
      return apply({
        kind: 'ended',
        replica,
        batch,
        run: { outcome, beganAt: batch.startedAt, computeMs: now - batch.startedAt },
      });
    },
    died: (name: string, reason = 'gone') => apply({ kind: 'died', replica: replicaId(name), reason }),
    failed: (name: string, cause: 'unavailable' | 'rejected' | 'failed') =>
      apply({ kind: 'load-failed', replica: replicaId(name), cause, reason: cause }),
    notReplaced: (name: string, cause: 'unavailable' | 'failed' | 'no-room') =>
      apply({ kind: 'replace-failed', replica: replicaId(name), cause }),
  };
}

describe('the core of a worker', () => {
  it('loads, updates and unloads what is assigned, and changes nothing when it is repeated', () => {
    const { assign, loaded, warmed, died, core } = setUp();
    const [a, b] = [assigned('a'), assigned('b')];
    assert.deepEqual(assign(a, b), ['add a', 'load a after 0', 'add b', 'load b after 0']);
    assert.deepEqual(assign(a, b), []);
    assert.deepEqual(loaded('a'), ['a warming']);
    assert.deepEqual(warmed('a'), ['a ready']);
    assert.deepEqual(assign({ ...a, batchCeiling: 2 }), ['update a', 'b draining', 'unload b']);
    assert.equal(core.load(a.replica, 0).itemMs, core.load(b.replica, 0).itemMs * 1.5, 'in batches of 2 instead of 4');
    assert.deepEqual(assign(a, b), ['update a'], 'b is loaded again once it has ended');
    assert.deepEqual(warmed('b'), [], 'it is too late');
    assert.deepEqual(died('b'), ['remove b', 'add b', 'load b after 0']);
  });

  it('keeps replicas that are not listed while the controller collects them, and those of which it knows the ids', () => {
    const { assign, apply } = setUp();
    const [a, b] = [assigned('a'), assigned('b')];
    assign(a, b);
    assert.deepEqual(apply({ kind: 'assigned', desired: { replicas: [], keepUnlisted: true, kept: [] } }), []);
    assert.deepEqual(apply({ kind: 'assigned', desired: { replicas: [], keepUnlisted: false, kept: [a.replica] } }), [
      'b draining',
      'unload b',
    ]);
  });

  it('finishes the queries of a drained replica, unless it has no executor', () => {
    const { assign, serve, send, end, died } = setUp();
    const [a, b] = [assigned('a'), assigned('b')];
    serve(a);
    send('a', queued('1'));
    send('a', queued('2'));
    assert.deepEqual(assign(b), ['add b', 'load b after 0', 'a draining']);
    send('b', queued('3'));
    assert.deepEqual(end('a'), ['start a: 2']);
    assert.deepEqual(end('a'), ['unload a']);
    assert.deepEqual(died('a'), ['remove a']);
    assert.deepEqual(assign(), ['b draining', 'reject 3: closed', 'unload b']);
  });

  it('unloads a drained replica once all of its callers have left, though a batch never ends', () => {
    const { assign, serve, send, apply, end, died } = setUp();
    serve(assigned('a'));
    const query = queued('1');
    send('a', query);
    assert.deepEqual(assign(), ['a draining']);
    assert.deepEqual(apply({ kind: 'cancelled', replica: replicaId('a'), query }), ['unload a']);
    assert.deepEqual(died('a'), [], 'its batch has not ended yet');
    assert.deepEqual(end('a', 'died-running'), ['remove a']);
  });

  it('replaces an executor that has died once its batches have ended', () => {
    const { serve, send, end, died, loaded, warmed } = setUp();
    serve(assigned('a'));
    send('a', queued('1'));
    assert.deepEqual(died('a', 'SIGKILL'), []);
    assert.deepEqual(end('a', 'died-running'), ['a loading (SIGKILL)', 'load a after 0']);
    assert.deepEqual([loaded('a'), warmed('a')], [['a warming (SIGKILL)'], ['a ready (SIGKILL)', 'start a: 1']]);
  });

  it('loads again after a pause that doubles, up to three times, unless the model is rejected', () => {
    const { assign, failed, warmed, died, send } = setUp();
    const load = (afterMs: number, cause: string) => [`a loading (${cause})`, `load a after ${afterMs}`];
    assign(assigned('a'));
    assert.deepEqual(failed('a', 'unavailable'), load(250, 'unavailable'));
    assert.deepEqual(failed('a', 'failed'), load(500, 'failed'));
    assert.deepEqual(failed('a', 'failed'), load(1000, 'failed'));
    assert.deepEqual(failed('a', 'unavailable'), load(1000, 'unavailable'));
    warmed('a');
    died('a');
    for (let count = 0; count < 2; count++) failed('a', 'failed');
    send('a', queued('1'));
    assert.deepEqual(failed('a', 'failed'), ['a failed (failed)', 'reject 1: closed']);
    assert.deepEqual(assign(), ['a draining (failed)', 'unload a']);
    assert.deepEqual(died('a'), ['remove a']);
    assign(assigned('b'));
    assert.deepEqual(failed('b', 'rejected'), ['b failed (rejected)']);
  });

  it('quarantines a replica whose queries killed two executors twice', () => {
    const { serve, send, end, died, loaded, warmed, core } = setUp();
    serve(assigned('a', { batchCeiling: 1 }));
    for (const name of ['1', '2']) {
      send('a', queued(name));
      end('a', 'died-running');
      died('a');
      loaded('a');
      assert.ok(warmed('a').includes(`start a: ${name}`), 'it is tried again');
      assert.deepEqual(end('a', 'died-running'), [`fail ${name}`]);
      const reason = 'quarantined: 2 queries killed two executors each; the last one: gone';
      assert.deepEqual(died('a'), name === '1' ? ['a loading (gone)', 'load a after 0'] : [`a failed (${reason})`]);
      loaded('a');
      warmed('a');
    }
    assert.equal(core.status(replicaId('a')).poisonousQueries, 2);
  });

  it('serves the previous file until the next one is loaded', () => {
    const { serve, assign, send, end, replaced, notReplaced, core } = setUp();
    const a = assigned('a');
    const next = assigned('a', { spec: { ...a.spec, modelDigest: digest('sha256:2') }, batchCeiling: 2 });
    serve(a);
    send('a', queued('1'));
    const outdated = 'update a, which is outdated';
    assert.deepEqual(assign(next), [outdated, 'replace a after 0']);
    assert.deepEqual(notReplaced('a', 'unavailable'), ['replace a after 250']);
    assert.deepEqual(replaced('a'), ['update a']);
    assert.deepEqual(end('a'), []);
    assert.equal(core.status(a.replica).life.state, 'ready');
    assert.deepEqual(assign(a), [outdated, 'replace a after 0']);
    assert.deepEqual(assign(next), ['update a'], 'the file that serves is assigned again');
    assert.deepEqual(replaced('a'), [outdated, 'replace a after 0'], 'it was replaced after all');
  });

  it('goes on with the next file if the executor of the previous one dies while it ends', () => {
    const { serve, assign, send, end, replaced, at } = setUp();
    const a = assigned('a');
    serve(a);
    at(1);
    send('a', queued('1'));
    assign(assigned('a', { spec: { ...a.spec, modelDigest: digest('sha256:2') } }));
    at(2);
    replaced('a');
    at(3);
    assert.deepEqual(end('a', 'died-running'), ['start a: 1'], 'it is tried again');
    assert.deepEqual(end('a'), []);
    assert.deepEqual(send('a', queued('2')), ['start a: 2']);
  });

  it('ends the previous file before it loads the next one if both have no room', () => {
    const { serve, assign, send, end, notReplaced, died, loaded, warmed } = setUp();
    const a = assigned('a');
    serve(a);
    send('a', queued('1'));
    assign(assigned('a', { spec: { ...a.spec, modelDigest: digest('sha256:2') } }));
    assert.deepEqual(notReplaced('a', 'no-room'), []);
    send('a', queued('2'));
    assert.deepEqual(end('a'), ['stop a']);
    assert.deepEqual(died('a', ''), ['a loading', 'load a after 0']);
    assert.deepEqual([loaded('a'), warmed('a')], [['a warming'], ['a ready', 'update a', 'start a: 2']]);
  });

  it('runs no shared batches after a check found that queries influence each other', () => {
    const { serve, send, end, mixed } = setUp();
    serve(assigned('a'));
    for (const name of ['1', '2', '3']) send('a', queued(name));
    assert.deepEqual(mixed('a'), ['start a: 2'], 'it is sent ahead');
    assert.deepEqual(end('a'), ['start a: 3']);
  });

  it('schedules each provider on slots of its own', () => {
    const { serve, send, apply, core } = setUp();
    const spec = buildVariantSpec({ provider: 'cuda', maxBatchSize: 8 });
    serve(assigned('a'), assigned('b', { spec, hardwareClass: hardwareClassId('cuda/other') }));
    const waiter = { name: 'step' };
    assert.deepEqual(apply({ kind: 'requested', group: 0, waiter }), ['grant step']);
    assert.deepEqual([send('a', queued('1')), send('b', queued('2'))], [[], ['start b: 2']]);
    assert.deepEqual([core.waiting(0), core.waiting(1)], [1, 0]);
    assert.deepEqual(apply({ kind: 'released', group: 0, waiter }), ['start a: 1']);
  });

  it('unloads all replicas when the worker stops, and loads none', () => {
    const { serve, apply, assign, died } = setUp();
    serve(assigned('a'));
    assert.deepEqual(apply({ kind: 'stopped' }), ['a draining', 'unload a']);
    assert.deepEqual([assign(assigned('b')), died('a')], [[], ['remove a']]);
  });

  it('decides otherwise when its log is replayed without an event', () => {
    const { serve, send, lines } = setUp();
    serve(assigned('a', { batchCeiling: 1 }));
    for (const name of ['1', '2']) send('a', queued(name));
    assert.deepEqual(send('a', queued('3', 25)), ['reject 3: late']);
    const [last] = [...replayWorkerLog(lines.toSpliced(-2, 1))].slice(-1);
    assert.deepEqual(last?.line.effects[0]?.[0], 'reject');
    assert.deepEqual(last.effects[0]?.[0], 'start');
  });

  it('decides the same when its log is replayed, whatever happens', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const event = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('send' as const), name, limit: fc.nat(200) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('end' as const),
          name,
          outcome: fc.constantFrom('done' as const, 'done' as const, 'failed' as const, 'died-running' as const),
        }),
      },
      fc.record({
        kind: fc.constant('assign' as const),
        names: fc.subarray(['a', 'b', 'c']),
        ceiling: fc.integer({ min: 1, max: 4 }),
        file: fc.constantFrom('sha256:1', 'sha256:2'),
      }),
      fc.record({
        kind: fc.constantFrom('loaded' as const, 'warmed' as const, 'mixed' as const, 'died' as const),
        name,
      }),
      fc.record({ kind: fc.constantFrom('fail' as const, 'no-room' as const, 'replaced' as const), name }),
      fc.record({ kind: fc.constantFrom('request' as const, 'release' as const) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const { apply, assign, send, end, running, held, granted, lines, at, failed, notReplaced, died, ...on } =
          setUp();
        const known = new Map<string, AssignedReplica>();
        const assignmentOf = (of: string, batchCeiling: number, file: string): AssignedReplica => {
          const before = known.get(of);
          const isSame = before?.batchCeiling === batchCeiling && before.spec.modelDigest === file;
          const spec = buildVariantSpec({ maxBatchSize: 8, modelDigest: digest(file) });
          const assignment = isSame ? before : assigned(of, { batchCeiling, spec });
          known.set(of, assignment);
          return assignment;
        };
        for (const [index, each] of events.entries()) {
          const now = 7 * index;
          at(now);
          if ('name' in each && !held.has(each.name)) continue;
          switch (each.kind) {
            case 'assign':
              assign(...each.names.map((of) => assignmentOf(of, each.ceiling, each.file)));
              break;
            case 'send':
              send(each.name, queued(`q${index}`, now + each.limit, { enqueuedAt: now }));
              break;
            case 'end':
              if ((running.get(replicaId(each.name))?.length ?? 0) > 0) end(each.name, each.outcome);
              break;
            case 'request':
              apply({ kind: 'requested', group: 0, waiter: { name: `${index}` } });
              break;
            case 'release':
              for (const waiter of granted.splice(0, 1)) apply({ kind: 'released', group: 0, waiter });
              break;
            case 'fail':
              failed(each.name, 'failed');
              break;
            case 'no-room':
              notReplaced(each.name, each.kind);
              break;
            case 'died':
              died(each.name);
              break;
            case 'loaded':
            case 'warmed':
            case 'mixed':
            case 'replaced':
              on[each.kind](each.name);
          }
        }
        for (const { line, effects } of replayWorkerLog(lines)) assert.deepEqual(effects, line.effects);
      }),
    );
  });
});
