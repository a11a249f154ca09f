// The parts of a service: started in order, stopped in reverse, all of them when one fails.

import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { Lifecycle } from './lifecycle.js';

export interface Runnable {
  readonly name: string;
  /** Resolves when it does its work. Should it break later it calls `fail`, which stops the group. */
  start(fail: (error: unknown) => void): Promise<void>;
  /** Ends it within the time that it allows itself. Called only if it started. */
  stop(): Promise<void>;
}

export interface RunGroup {
  /** Starts all. When one can't, those that started are stopped and its error is thrown. */
  start(): Promise<void>;
  /** Drains and stops all; the same promise however often it is called. */
  stop(): Promise<void>;
  /** Settles when all have stopped; rejects with the first failure. */
  readonly finished: Promise<void>;
}

export interface RunGroupOptions {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly clock: Clock;
  /** After this long a part is left to itself. */
  readonly stopTimeoutMs: number;
}

export function createRunGroup(runnables: readonly Runnable[], options: RunGroupOptions): RunGroup {
  const { lifecycle, logger } = options;
  const started: Runnable[] = [];
  const { promise: finished, resolve, reject } = withResolvers();
  finished.catch(() => {});
  let failure: { readonly error: unknown } | undefined;
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => (stopping ??= stopAll());
  const fail = (name: string, error: unknown): void => {
    if (stopping === undefined) logger.error('part failed', { part: name, error });
    failure ??= { error };
    void stop();
  };
  async function stopAll(): Promise<void> {
    if (lifecycle.state !== 'starting' || failure === undefined) lifecycle.enter('draining');
    for (const runnable of started.toReversed()) await stopOne(runnable, options);
    lifecycle.enter(failure === undefined ? 'stopped' : 'failed');
    if (failure === undefined) resolve();
    else reject(failure.error);
  }
  return {
    finished,
    stop,
    async start() {
      for (const runnable of runnables) {
        if (stopping !== undefined) break;
        await runnable.start((error) => fail(runnable.name, error)).catch((error: unknown) => (failure ??= { error }));
        if (failure !== undefined) break;
        started.push(runnable);
      }
      if (failure === undefined && stopping === undefined) return lifecycle.enter('serving');
      await stop();
      if (failure !== undefined) throw failure.error;
    },
  };
}

async function stopOne(runnable: Runnable, { clock, logger, stopTimeoutMs }: RunGroupOptions): Promise<void> {
  const waiting = new AbortController();
  const timeout = clock.sleep(milliseconds(stopTimeoutMs), waiting.signal).then(
    () => logger.warn('part did not stop in time', { part: runnable.name, stopTimeoutMs }),
    () => {},
  );
  const stopped = runnable
    .stop()
    .catch((error: unknown) => logger.error('part did not stop', { part: runnable.name, error }));
  await Promise.race([stopped, timeout]);
  waiting.abort();
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
