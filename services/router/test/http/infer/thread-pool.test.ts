import assert from 'node:assert/strict';
import type { ParetoError } from '@pareto/core';
import { createManualClock, waitFor } from '@pareto/testkit';
import { createThreadPool, type ThreadPool, type ThreadPoolOptions } from '../../../src/http/infer/thread-pool.js';

/** Does what its message says. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    const work = {
      echo: (value) => parentPort.postMessage({ kind: 'done', result: value }),
      refuse: () => parentPort.postMessage({ kind: 'refused', code: 'invalid-argument', message: 'no', details: { a: 'b' } }),
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
  const run = (kind: string, value?: unknown, signal = never): Promise<unknown> =>
    pool.run({ message: { kind, value }, memory: [], signal });
  /** Resolves once it hangs. */
  async function hang(signal: AbortSignal): Promise<{ readonly done: Promise<unknown> }> {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const done = run('hang', flag, signal);
    done.catch(() => undefined);
    await waitFor('the task', async () => (Atomics.load(flag, 0) === 1 ? true : undefined));
    return { done };
  }
  afterEach(() => pool[Symbol.asyncDispose]());

  it('has no thread before there is work, and none when there was none for long', async () => {
    create();
    assert.equal(pool.size, 0);
    assert.deepEqual(await Promise.all([run('echo', 1), run('echo', 2)]), [1, 2]);
    assert.equal(pool.size, 1);
    await clock.advance(1000);
    await waitFor('the end of the thread', async () => (pool.size === 0 ? true : undefined));
    assert.equal(await run('echo', 3), 3);
  });

  it('hands memory over', async () => {
    create();
    const bytes = Uint8Array.from([1, 2, 3]);
    const echoed = await pool.run({ message: { kind: 'echo', value: bytes }, memory: [bytes.buffer], signal: never });
    assert.deepEqual([echoed, bytes.length], [Uint8Array.from([1, 2, 3]), 0]);
  });

  it('tells what was refused, and goes on', async () => {
    create();
    await assert.rejects(run('refuse'), (error: ParetoError) => {
      assert.deepEqual([error.code, error.message, error.details], ['invalid-argument', 'no', { a: 'b' }]);
      return true;
    });
    assert.equal(await run('echo', 1), 1);
  });

  for (const [kind, message] of [
    ['crash', /broken/],
    ['exit', /ended while it worked/],
    ['fill', /takes more memory than there is: send and ask for binary data/],
  ] as const) {
    it(`replaces a thread that breaks: ${kind}`, async () => {
      create();
      const [broken, next] = await Promise.allSettled([run(kind), run('echo', 1)]);
      assert.ok(broken.status === 'rejected');
      assert.match(String(broken.reason), message);
      assert.deepEqual(next, { status: 'fulfilled', value: 1 });
    });
  }

  it('ends what nobody waits for any more, and does not begin it', async () => {
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

  it('refuses more than may wait, and all when it ends', async () => {
    create({ maxThreads: 2 });
    const hanging = await Promise.all([hang(never), hang(never)]);
    const waiting = [run('echo'), run('echo')];
    for (const each of waiting) each.catch(() => undefined);
    await assert.rejects(run('echo'), (error: ParetoError) => error.code === 'resource-exhausted');
    await pool[Symbol.asyncDispose]();
    for (const each of waiting) await assert.rejects(each, (error: ParetoError) => error.code === 'unavailable');
    for (const { done } of hanging) await assert.rejects(done, /stopping/);
    await assert.rejects(run('echo'), (error: ParetoError) => error.code === 'unavailable');
  });
});
