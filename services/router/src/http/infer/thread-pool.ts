// A pool of threads for tasks that would block the event loop. Threads start on demand and end when idle.

import { Worker } from 'node:worker_threads';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { limitError } from '@pareto/protocol';
import { resultOf, type ThreadReply } from './thread-message.js';

export interface ThreadPoolOptions {
  /** Module that the threads run. It must reply to each message with one `ThreadReply`. */
  readonly program: URL;
  readonly maxThreads: number;
  /** Maximum number of tasks that wait for a thread. */
  readonly maxWaiting: number;
  /** Time without a task after which a thread ends. */
  readonly idleMs: number;
  /** Maximum heap of a thread, in MiB. Transferred memory is not part of it. */
  readonly heapMb: number;
  readonly clock: Clock;
}

export interface Transfer {
  readonly message: unknown;
  /** Memory to transfer. It must not be used afterwards. */
  readonly memory: readonly ArrayBuffer[];
}

interface Task {
  /** Returns what to send to the thread. Called when there is one, so that tasks that wait hold no copies. */
  readonly transfer: () => Transfer;
  readonly signal: AbortSignal;
  /** Identifies who sent the request. Clients share the threads evenly. */
  readonly client: string;
}

export interface ThreadPool extends AsyncDisposable {
  /**
   * Runs a task in a thread. Throws the program's error, the signal's reason, or `resource-exhausted` if too many tasks
   * wait, of which the task's client has the most, or the task exceeds the heap of a thread.
   */
  run(task: Task): Promise<unknown>;
  /** Number of threads. */
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
  /** Clients of the tasks that run. */
  const running = new Map<Thread, string>();
  let isEnded = false;
  const onFree = (thread: Thread): void => {
    running.delete(thread);
    idle.push(thread);
    startWaiting();
  };
  const onGone = (thread: Thread): void => {
    threads.delete(thread);
    running.delete(thread);
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    startWaiting();
  };
  function addThread(): Thread | undefined {
    if (isEnded || threads.size >= maxThreads) return undefined;
    const thread = createThread(options, onFree, onGone);
    threads.add(thread);
    return thread;
  }
  function startWaiting(): void {
    for (;;) {
      const thread = waiting.length === 0 ? undefined : (idle.pop() ?? addThread());
      if (thread === undefined) return;
      const job = pickNext(waiting, [...running.values()]);
      if (job === undefined) return;
      waiting.splice(waiting.indexOf(job), 1);
      running.set(thread, job.client);
      thread.start(job);
    }
  }
  return {
    get size() {
      return threads.size;
    },
    async run(task) {
      task.signal.throwIfAborted();
      if (isEnded) throw ended();
      if (waiting.length >= maxWaiting) {
        const excess = pickExcess(waiting, task.client);
        if (excess === undefined) throw tooMany(maxWaiting);
        waiting.splice(waiting.indexOf(excess), 1);
        excess.reject(tooMany(maxWaiting));
      }
      return enqueue(task, waiting, startWaiting);
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      for (const job of waiting.splice(0)) job.reject(ended());
      await Promise.all(Array.from(threads, (thread) => thread.end()));
    },
  };
}

const countOf = (clients: readonly string[], client: string): number =>
  clients.filter((each) => each === client).length;

/** Picks the oldest task of the clients that run the fewest tasks. */
function pickNext(waiting: readonly Job[], running: readonly string[]): Job | undefined {
  const [next] = waiting.toSorted((a, b) => countOf(running, a.client) - countOf(running, b.client));
  return next;
}

/** Picks the newest task of the client with the most tasks. Undefined if no client has more than one that sends another. */
function pickExcess(waiting: readonly Job[], client: string): Job | undefined {
  const clients = waiting.map((job) => job.client);
  const [most] = waiting.toReversed().toSorted((a, b) => countOf(clients, b.client) - countOf(clients, a.client));
  return most !== undefined && countOf(clients, most.client) > countOf(clients, client) + 1 ? most : undefined;
}

const ended = (): ParetoError =>
  new ParetoError('unavailable', 'this router is shutting down; retry on another router');

const tooMany = (count: number): ParetoError =>
  limitError(
    'jsonTasks',
    'resource-exhausted',
    `${count} large requests are waiting to be converted from or to JSON; retry later, or use binary data`,
  );

/** Removes the task if it is aborted while it waits. */
async function enqueue(task: Task, waiting: Job[], startWaiting: () => void): Promise<unknown> {
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
      startWaiting();
    });
  } finally {
    task.signal.removeEventListener('abort', onAbort);
  }
}

/** Creates a thread. Aborting its job terminates it, since a running program cannot be interrupted otherwise. */
function createThread(
  { program, heapMb, idleMs, clock }: ThreadPoolOptions,
  onFree: (thread: Thread) => void,
  onGone: (thread: Thread) => void,
): Thread {
  const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: heapMb }, execArgv: [] });
  let job: Job | undefined;
  let idleTimer: Disposable | undefined;
  let failure: Error = new Error('the thread exited while it ran a task');
  const stop = (): void => void worker.terminate();
  const takeJob = (): Job | undefined => {
    const taken = job;
    job = undefined;
    taken?.signal.removeEventListener('abort', stop);
    return taken;
  };
  const thread: Thread = {
    start(next) {
      idleTimer?.[Symbol.dispose]();
      job = next;
      worker.ref();
      next.signal.addEventListener('abort', stop, { once: true });
      try {
        const { message, memory } = next.transfer();
        worker.postMessage(message, [...memory]);
      } catch (error) {
        failure = error as Error;
        stop();
      }
    },
    end() {
      failure = ended();
      return worker.terminate();
    },
  };
  worker.on('message', (reply: ThreadReply) => {
    settle(takeJob(), reply);
    worker.unref();
    idleTimer = clock.after(milliseconds(idleMs), stop);
    onFree(thread);
  });
  worker.on('error', (error) => (failure = error));
  worker.on('messageerror', (error) => (failure = error)).on('messageerror', stop);
  worker.once('exit', () => {
    idleTimer?.[Symbol.dispose]();
    takeJob()?.reject(reasonOf(failure));
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
        'converting this request or its outputs from or to JSON takes too much memory; use binary data, or send fewer items per request',
      )
    : error;
