import assert from 'node:assert/strict';
import { milliseconds, type DataType } from '@pareto/core';
import type { RunOutcome, RunRequest } from '@pareto/runtime';
import { buildPoint, buildProfile, createManualClock } from '@pareto/testkit';
import { joinInputs, splitOutputs } from '../../src/batching/batch-tensors.js';
import type { CheckedQuery } from '../../src/requests/check-request.js';
import type { QueryResult } from '../../src/batching/waiting-query.js';
import { createTestDriver, createTestReplica, type TestReplicaOptions } from '../support/test-replica.js';

const clock = createManualClock();
const never = Number.POSITIVE_INFINITY;

function query(items: number, fields: Partial<CheckedQuery> & { readonly datatype?: DataType } = {}): CheckedQuery {
  const { datatype = 'UINT8', ...rest } = fields;
  const data = [Buffer.alloc(items, items)];
  const inputs = [{ name: 'x', datatype, shape: [items, 1], data }];
  return {
    items,
    bytes: items,
    inputs,
    outputs: [],
    classes: new Map(),
    batchKey: '',
    shapes: undefined,
    typed: false,
    priority: never,
    ...rest,
  };
}

describe('batch tensors', () => {
  it('are joined and split without a copy', () => {
    const queries = [query(1), query(2)];
    const [input] = joinInputs(queries);
    assert.deepEqual(input?.shape, [3, 1]);
    assert.equal(input.data[1], queries[1]?.inputs[0]?.data[0]);
    const data = Buffer.from([1, 2, 3, 4, 5, 6]);
    const parts = splitOutputs([{ name: 'y', datatype: 'UINT8', shape: [3, 2], data }], queries);
    assert.deepEqual(
      parts.map(([y]) => [y?.shape, [...(y?.data ?? [])]]),
      [
        [
          [1, 2],
          [1, 2],
        ],
        [
          [2, 2],
          [3, 4, 5, 6],
        ],
      ],
    );
  });

  it('of type BYTES are split at element boundaries', () => {
    const data = Buffer.from('\x01\0\0\0a\0\0\0\0\x02\0\0\0bc', 'latin1');
    const parts = splitOutputs([{ name: 'y', datatype: 'BYTES', shape: [3], data }], [query(1), query(2)]);
    assert.deepEqual(
      parts.map(([y]) => y?.data.length),
      [5, 10],
    );
  });

  it('are padded with zeros, which are removed from the outputs', () => {
    const queries = [query(1), query(2)];
    const [input] = joinInputs(queries, 4);
    assert.deepEqual(input?.shape, [4, 1]);
    assert.deepEqual([...Buffer.concat(input.data)], [1, 2, 2, 0]);
    const [text] = joinInputs([query(1, { datatype: 'BYTES' })], 2);
    assert.deepEqual(text?.data.at(-1), Buffer.alloc(4), 'an empty string has a length prefix');
    const data = Buffer.from([1, 2, 3, 4]);
    const whole = { name: 'y', datatype: 'UINT8', shape: [4, 1], data } as const;
    const parts = splitOutputs([whole], queries, 4);
    assert.deepEqual(
      parts.map(([y]) => [y?.shape, [...(y?.data ?? [])]]),
      [
        [[1, 1], [1]],
        [
          [2, 1],
          [2, 3],
        ],
      ],
    );
    assert.deepEqual(splitOutputs([whole], [query(1)], 4)[0]?.[0]?.shape, [1, 1]);
    assert.throws(() => splitOutputs([{ ...whole, shape: [3, 1] }], queries, 4), /expected 4 as its first dimension/);
  });

  it('are rejected when the model returns another batch size', () => {
    const output = { name: 'y', datatype: 'UINT8', shape: [1], data: Buffer.alloc(1) } as const;
    assert.throws(
      () => splitOutputs([output], [query(1), query(1)]),
      /'y' has shape \[1\], expected 2 as its first dimension/,
    );
  });
});

describe('batcher', () => {
  /** Creates an executor whose runs end when the test ends them. */
  function createFake() {
    const runs: { readonly request: RunRequest; readonly end: (outcome: RunOutcome) => void }[] = [];
    const run = (request: RunRequest): Promise<RunOutcome> => new Promise((end) => runs.push({ request, end }));
    return { runs, executor: { pid: 1, run } };
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const done = ({ inputs }: RunRequest): RunOutcome => ({
    kind: 'done',
    computeMs: milliseconds(1),
    outputs: inputs.map(({ shape, data }) => ({ name: 'y', datatype: 'UINT8', shape, data: Buffer.concat(data) })),
  });
  const death = { kind: 'crashed', reason: 'gone' } as const;

  function setUp(options: TestReplicaOptions = {}, driver = createTestDriver(clock, options.profile?.providerUsed)) {
    const profile = buildProfile([buildPoint(1, 10)]);
    const replica = createTestReplica(driver, clock, { profile, ...options });
    const fake = createFake();
    const send = (of: CheckedQuery, dueAt = never): Promise<QueryResult> => {
      const { signal: cancellation } = new AbortController();
      const options = { cancellation, receivedAt: clock.now(), enqueuedAt: clock.now(), dueAt, deadlineAt: never };
      const answered = new Promise<QueryResult>((resolve, reject) =>
        replica.intake.infer(of, options, { resolve, reject }),
      );
      answered.catch(() => undefined);
      return answered;
    };
    return { replica, fake, send };
  }
  const items = ({ request }: { readonly request: RunRequest }): number | undefined => request.inputs[0]?.shape[0];

  it('sends a full batch ahead, and merges the queries that arrive meanwhile', async () => {
    const { replica, fake, send } = setUp({ ceiling: 2 });
    replica.attach(fake.executor);
    const answers = [send(query(1))];
    await settle();
    answers.push(send(query(2)), send(query(1)), send(query(1)));
    assert.deepEqual(fake.runs.map(items), [1, 2]);
    for (const index of [0, 1, 2]) {
      const current = fake.runs[index];
      current?.end(done(current.request));
      await settle();
    }
    assert.deepEqual(fake.runs.map(items), [1, 2, 2]);
    assert.deepEqual(
      (await Promise.all(answers)).map(({ batchItems }) => batchItems),
      [1, 2, 2, 2],
    );
  });

  it('pads batches to the sizes that the device has compiled', async () => {
    const points = [buildPoint(4, 10), buildPoint(8, 10)];
    const { replica, fake, send } = setUp({ profile: buildProfile(points, { providerUsed: 'webgpu' }) });
    replica.attach(fake.executor);
    const answers = [send(query(3))];
    await settle();
    answers.push(send(query(5)));
    for (const run of [0, 1]) {
      const current = fake.runs[run];
      assert.equal(replica.load().runningItems, [3, 5][run], 'padding is not counted');
      current?.end(done(current.request));
      await settle();
    }
    assert.deepEqual(fake.runs.map(items), [4, 8]);
    const got = await Promise.all(answers);
    assert.deepEqual(
      got.map(({ batchItems, outputs }) => [batchItems, outputs[0]?.shape[0], outputs[0]?.data[0]]),
      [
        [3, 3, 3],
        [5, 5, 5],
      ],
    );
  });

  it('yields the slot to a waiting replica after each batch', async () => {
    const driver = createTestDriver(clock);
    const [a, b] = [setUp({}, driver), setUp({}, driver)];
    a.replica.attach(a.fake.executor);
    b.replica.attach(b.fake.executor);
    void a.send(query(8));
    await settle();
    void b.send(query(8));
    void a.send(query(8));
    void a.send(query(8));
    await settle();
    assert.deepEqual([a.fake.runs.length, b.fake.runs.length], [1, 0]);
    a.fake.runs[0]?.end(done(a.fake.runs[0].request));
    await settle();
    assert.deepEqual([a.fake.runs.length, b.fake.runs.length], [1, 1]);
    b.fake.runs[0]?.end(done(b.fake.runs[0].request));
    await settle();
    assert.equal(a.fake.runs.length, 2 + 1, 'the slot was granted again, and no other replica waits');
  });

  it('retries the batch of a dead executor once, query by query, and the batch behind it unchanged', async () => {
    const { replica, fake, send } = setUp({ ceiling: 2 });
    replica.attach(fake.executor);
    const poison = send(query(1));
    await settle();
    const behind = [send(query(2)), send(query(3))];
    fake.runs[0]?.end({ kind: 'died', death, running: true });
    fake.runs[1]?.end({ kind: 'died', death, running: false });
    await settle();
    replica.die();
    const next = createFake();
    replica.attach(next.executor);
    await settle();
    assert.deepEqual(next.runs.map(items), [2, 1]);
    next.runs[0]?.end(done(next.runs[0].request));
    await settle();
    next.runs[1]?.end({ kind: 'died', death, running: true });
    next.runs[2]?.end({ kind: 'died', death, running: false });
    await assert.rejects(poison, { code: 'internal', message: /killed two executors: gone/ });
    assert.equal(replica.status.poisonousQueries, 1);
    replica.die();
    const last = createFake();
    replica.attach(last.executor);
    await settle();
    last.runs[0]?.end(done(last.runs[0].request));
    await Promise.all(behind);
  });

  it('rejects a query that can no longer meet its objective, with its times', async () => {
    const { replica, fake, send } = setUp();
    const late = send(query(1), clock.now() + 25);
    await clock.advance(20);
    replica.attach(fake.executor);
    await assert.rejects(late, {
      code: 'resource-exhausted',
      message: /it has waited 20\.0 ms, 5\.0 ms are left, and it would take 10\.0 ms more; lower the request rate/,
    });
    assert.deepEqual(fake.runs, []);
  });

  it('retries a failed batch query by query, so that only the bad query fails', async () => {
    const { replica, fake, send } = setUp();
    const answers = [send(query(1)), send(query(2))];
    replica.attach(fake.executor);
    await settle();
    assert.deepEqual(fake.runs.map(items), [3]);
    fake.runs[0]?.end({ kind: 'failed', message: 'no' });
    await settle();
    fake.runs[1]?.end({ kind: 'failed', message: 'no' });
    await settle();
    fake.runs[2]?.end(done(fake.runs[2].request));
    await assert.rejects(answers[0] ?? Promise.resolve(), { code: 'internal', message: 'the model failed: no' });
    assert.equal((await answers[1])?.batchItems, 2);
  });
});
