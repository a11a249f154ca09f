import assert from 'node:assert/strict';
import type { ParetoError } from '@pareto/core';
import { createManualClock, waitFor } from '@pareto/testkit';
import { createThreadPool, type ThreadPool, type ThreadPoolOptions } from '../../../src/http/infer/thread-pool.js';

/** A program that runs the action named in its message. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const work = {
      echo: (value) => parentPort.postMessage({ kind: 'done', result: value }),
      reject: () => parentPort.postMessage({ kind: 'rejected', code: 'invalid-argument', message: 'no', details: { a: 'b' } }),
      hang: (flag) => { Atomics.store(flag, 0, 1); for (;;); },
      crash: () => { throw new TypeError('broken'); },
      exit: () => process.exit(3),
      fill: () => { const all = []; for (;;) all.push([all.length]); },
    };
    parentPort.on('message', ({ kind, value }) => work[kind](value));
  `)}`,
);

describe('the thread pool', () => {
  const clock = createManualClock();
  let pool: ThreadPool;
  const create = (options: Partial<ThreadPoolOptions> = {}): void => {
    pool = createThreadPool({ program, maxThreads: 1, maxWaiting: 2, idleMs: 1000, heapMb: 32, clock, ...options });
  };
  const never = new AbortController().signal;
  const run = (kind: string, value?: unknown, signal = never, client = 'a'): Promise<unknown> =>
    pool.run({ transfer: () => ({ message: { kind, value }, memory: [] }), signal, client });
  /** Resolves when the program hangs. */
  async function hang(signal: AbortSignal): Promise<{ readonly done: Promise<unknown> }> {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const done = run('hang', flag, signal);
    done.catch(() => undefined);
    await waitFor('the task', async () => (Atomics.load(flag, 0) === 1 ? true : undefined));
    return { done };
  }
  afterEach(() => pool[Symbol.asyncDispose]());

  it('starts a thread on demand, and ends it when it was idle for long', async () => {
    create();
    assert.equal(pool.size, 0);
    assert.deepEqual(await Promise.all([run('echo', 1), run('echo', 2)]), [1, 2]);
    assert.equal(pool.size, 1);
    await clock.advance(1000);
    await waitFor('the end of the thread', async () => (pool.size === 0 ? true : undefined));
    assert.equal(await run('echo', 3), 3);
  });

  it('transfers memory', async () => {
    create();
    const bytes = Uint8Array.from([1, 2, 3]);
    const echoed = await pool.run({
      transfer: () => ({ message: { kind: 'echo', value: bytes }, memory: [bytes.buffer] }),
      signal: never,
      client: 'a',
    });
    assert.deepEqual([echoed, bytes.length], [Uint8Array.from([1, 2, 3]), 0]);
  });

  it('returns the error of a rejected task, and continues', async () => {
    create();
    await assert.rejects(run('reject'), (error: ParetoError) => {
      assert.deepEqual([error.code, error.message, error.details], ['invalid-argument', 'no', { a: 'b' }]);
      return true;
    });
    assert.equal(await run('echo', 1), 1);
  });

  for (const [kind, message] of [
    ['crash', /broken/],
    ['exit', /exited while it ran a task/],
    ['fill', /takes too much memory; use binary data/],
  ] as const) {
    it(`replaces a thread that fails (${kind})`, async () => {
      create();
      const [failed, next] = await Promise.allSettled([run(kind), run('echo', 1)]);
      assert.ok(failed.status === 'rejected');
      assert.match(String(failed.reason), message);
      assert.deepEqual(next, { status: 'fulfilled', value: 1 });
    });
  }

  it('ends a running task when it is aborted, and skips a waiting one', async () => {
    create();
    const [running, waiting] = [new AbortController(), new AbortController()];
    const { done } = await hang(running.signal);
    const second = run('hang', undefined, waiting.signal);
    const third = run('echo', 3);
    waiting.abort(new Error('gone 2'));
    await assert.rejects(second, /gone 2/);
    running.abort(new Error('gone 1'));
    await assert.rejects(done, /gone 1/);
    assert.equal(await third, 3);
  });

  it('rejects tasks beyond the queue limit, and all tasks at the end', async () => {
    create({ maxThreads: 2 });
    const hanging = await Promise.all([hang(never), hang(never)]);
    const waiting = [run('echo'), run('echo')];
    for (const each of waiting) each.catch(() => undefined);
    await assert.rejects(run('echo'), (error: ParetoError) => error.code === 'resource-exhausted');
    await pool[Symbol.asyncDispose]();
    for (const each of waiting) await assert.rejects(each, (error: ParetoError) => error.code === 'unavailable');
    for (const { done } of hanging) await assert.rejects(done, /shutting down/);
    await assert.rejects(run('echo'), (error: ParetoError) => error.code === 'unavailable');
  });

  it('rejects tasks of the client that has the most', async () => {
    create({ maxWaiting: 4 });
    const leaving = new AbortController();
    const { done } = await hang(leaving.signal);
    const order: unknown[] = [];
    const add = (value: string, client: string): Promise<unknown> => {
      const result = run('echo', value, never, client).then((echoed) => order.push(echoed));
      result.catch(() => undefined);
      return result;
    };
    const [a1, a2, a3, a4] = ['a1', 'a2', 'a3', 'a4'].map((value) => add(value, 'a'));
    const b1 = add('b1', 'b');
    const isRejected = (error: ParetoError): boolean => error.code === 'resource-exhausted';
    await assert.rejects(a4 ?? assert.fail(), isRejected);
    await assert.rejects(add('a5', 'a'), isRejected);
    const b2 = add('b2', 'b');
    await assert.rejects(a3 ?? assert.fail(), isRejected);
    await assert.rejects(add('b3', 'b'), isRejected);
    leaving.abort(new Error('gone'));
    await assert.rejects(done, /gone/);
    await Promise.all([a1, a2, b1, b2]);
    assert.deepEqual(order.toSorted(), ['a1', 'a2', 'b1', 'b2']);
  });

  it('runs a task of every client before a second one of any', async () => {
    create({ maxThreads: 2, maxWaiting: 8 });
    const leaving = new AbortController();
    const first = await hang(leaving.signal);
    const second = await hang(leaving.signal);
    const waiting = [1, 2].map(() => run('hang', new Int32Array(new SharedArrayBuffer(4)), never, 'a'));
    const answered = run('echo', 'b', never, 'b');
    first.done.catch(() => undefined);
    second.done.catch(() => undefined);
    for (const each of waiting) each.catch(() => undefined);
    leaving.abort();
    assert.equal(await answered, 'b');
  });
});
