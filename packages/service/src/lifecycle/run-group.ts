// Runs the parts of a service: starts them in order, stops them in reverse, and stops all if one fails.

import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { Lifecycle } from './lifecycle.js';

export interface Runnable {
  readonly name: string;
  /** Starts the part. Resolves once it works. The part calls `fail`, which stops the group, if it breaks afterwards. */
  start(fail: (error: unknown) => void): Promise<void>;
  /** Stops the part. Called only if it has started. */
  stop(): Promise<void>;
}

export interface RunGroup {
  /** Starts all parts. If one fails, stops those that have started and throws its error. */
  start(): Promise<void>;
  /** Leaves for `lameDuckMs`, then drains and stops all parts. Every call returns the same promise. */
  stop(): Promise<void>;
  /** Promise that resolves when all parts have stopped, or rejects with the first failure. */
  readonly finished: Promise<void>;
}

export interface RunGroupOptions {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Time for which a serving group still works after `stop`, but is not ready. 0 if omitted. */
  readonly lameDuckMs?: number;
  /** Time after which the group stops waiting for a part. */
  readonly stopTimeoutMs: number;
}

export function createRunGroup(runnables: readonly Runnable[], options: RunGroupOptions): RunGroup {
  const { lifecycle, logger, clock, lameDuckMs = 0 } = options;
  const started: Runnable[] = [];
  const { promise: finished, resolve, reject } = withResolvers();
  finished.catch(() => {});
  const failed = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => (stopping ??= stopAll());
  const fail = (name: string, error: unknown): void => {
    if (stopping === undefined) logger.error('part failed', { part: name, error });
    failure ??= { error };
    failed.abort(error);
    void stop();
  };
  async function stopAll(): Promise<void> {
    if (lifecycle.state === 'serving' && failure === undefined && lameDuckMs > 0) {
      lifecycle.enter('leaving');
      await clock.sleep(milliseconds(lameDuckMs), failed.signal).catch(() => {});
    }
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
    .catch((error: unknown) => logger.error('part failed to stop', { part: runnable.name, error }));
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
