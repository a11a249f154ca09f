// A few threads for what would hold up everything else. They are started when there is work and ended when there is none;
// one that breaks is replaced.

import { Worker } from 'node:worker_threads';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { resultOf, type ThreadReply } from './thread-message.js';

export interface ThreadPoolOptions {
  /** The module that the threads run: it answers each message with one `ThreadReply`. */
  readonly program: URL;
  readonly maxThreads: number;
  /** How many tasks may wait for a thread. */
  readonly maxWaiting: number;
  /** After so long without work a thread ends. */
  readonly idleMs: number;
  /** Most memory for a thread's objects; bytes that are handed over are not among them. */
  readonly heapMb: number;
  readonly clock: Clock;
}

interface Task {
  readonly message: unknown;
  /** Handed over: not to be used any more. */
  readonly memory: readonly ArrayBuffer[];
  readonly signal: AbortSignal;
}

export interface ThreadPool extends AsyncDisposable {
  /**
   * Throws what the program threw, the signal's reason, and `resource-exhausted` when too much is under way or the task
   * takes more memory than a thread has.
   */
  run(task: Task): Promise<unknown>;
  /** How many threads there are now. */
  readonly size: number;
}

interface Job extends Task {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  start(job: Job): void;
  end(): Promise<unknown>;
}

export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const { maxThreads, maxWaiting } = options;
  const waiting: Job[] = [];
  const threads = new Set<Thread>();
  const idle: Thread[] = [];
  let isEnded = false;
  const onFree = (thread: Thread): void => {
    idle.push(thread);
    next();
  };
  const onGone = (thread: Thread): void => {
    threads.delete(thread);
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    next();
  };
  function add(): Thread | undefined {
    if (isEnded || threads.size >= maxThreads) return undefined;
    const thread = createThread(options, onFree, onGone);
    threads.add(thread);
    return thread;
  }
  function next(): void {
    for (;;) {
      const thread = waiting.length === 0 ? undefined : (idle.pop() ?? add());
      if (thread === undefined) return;
      const job = waiting.shift();
      if (job !== undefined) thread.start(job);
    }
  }
  return {
    get size() {
      return threads.size;
    },
    async run(task) {
      task.signal.throwIfAborted();
      if (isEnded) throw ended();
      if (waiting.length >= maxWaiting) throw tooMany(maxWaiting);
      return queue(task, waiting, next);
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      for (const job of waiting.splice(0)) job.reject(ended());
      await Promise.all(Array.from(threads, (thread) => thread.end()));
    },
  };
}

const ended = (): ParetoError => new ParetoError('unavailable', 'this router is stopping; ask another, or again');

const tooMany = (count: number): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `${count} large requests wait to be read or answered already: ask again later, or send binary data, which is not read`,
  );

/** One that is given up while it waits is never begun. */
async function queue(task: Task, waiting: Job[], next: () => void): Promise<unknown> {
  let onAbort = (): void => undefined;
  try {
    return await new Promise((resolve, reject) => {
      const job: Job = { ...task, resolve, reject };
      onAbort = () => {
        if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1);
        reject(task.signal.reason as Error);
      };
      task.signal.addEventListener('abort', onAbort, { once: true });
      waiting.push(job);
      next();
    });
  } finally {
    task.signal.removeEventListener('abort', onAbort);
  }
}

/** A job that is given up while it runs ends its thread: nothing else would stop it. */
function createThread(
  { program, heapMb, idleMs, clock }: ThreadPoolOptions,
  onFree: (thread: Thread) => void,
  onGone: (thread: Thread) => void,
): Thread {
  const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
  let job: Job | undefined;
  let rest: Disposable | undefined;
  let broken: Error = new Error('a thread ended while it worked');
  const stop = (): void => void worker.terminate();
  const take = (): Job | undefined => {
    const taken = job;
    job = undefined;
    taken?.signal.removeEventListener('abort', stop);
    return taken;
  };
  const thread: Thread = {
    start(next) {
      rest?.[Symbol.dispose]();
      job = next;
      worker.ref();
      next.signal.addEventListener('abort', stop, { once: true });
      try {
        worker.postMessage(next.message, [...next.memory]);
      } catch (error) {
        broken = error as Error;
        stop();
      }
    },
    end() {
      broken = ended();
      return worker.terminate();
    },
  };
  worker.on('message', (reply: ThreadReply) => {
    settle(take(), reply);
    worker.unref();
    rest = clock.after(milliseconds(idleMs), stop);
    onFree(thread);
  });
  worker.on('error', (error) => (broken = error));
  worker.on('messageerror', (error) => (broken = error)).on('messageerror', stop);
  worker.once('exit', () => {
    rest?.[Symbol.dispose]();
    take()?.reject(reasonOf(broken));
    onGone(thread);
  });
  return thread;
}

function settle(job: Job | undefined, reply: ThreadReply): void {
  try {
    job?.resolve(resultOf(reply));
  } catch (error) {
    job?.reject(error);
  }
}

const reasonOf = (error: Error): Error =>
  'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new ParetoError(
        'resource-exhausted',
        'reading or writing this as JSON takes more memory than there is: send and ask for binary data, or fewer items at once',
      )
    : error;
