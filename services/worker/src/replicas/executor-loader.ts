// Loads and warms up the executors of one replica, one after the other, as the core of the worker decides. The runtime kills an
// executor that hangs.

import { milliseconds, ParetoError, publicText, type Milliseconds, type Profile, type ReplicaId } from '@pareto/core';
import type { AssignedReplica, LoadFailure } from '@pareto/policy';
import type { Executor, ExecutorDeath } from '@pareto/runtime';
import type { WorkerDriver } from '../batching/worker-driver.js';
import { loadVariant, warmUp, type ExecutorOptions, type LoadDeps } from './loaded-executor.js';

export interface LoaderOptions {
  readonly replica: ReplicaId;
  readonly driver: Pick<WorkerDriver, 'dispatch'>;
  readonly deps: LoadDeps;
  readonly executorOptions: (assignment: AssignedReplica) => ExecutorOptions;
  /** Returns whether there is memory for a second executor next to the one that serves. */
  readonly hasRoom: () => boolean;
  /** Resolves once the queries on an executor are answered. */
  readonly settled: (executor: Executor) => Promise<void>;
  /** Loads what the replica needs in addition to the executor. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  /** Called with the provisional profile of a model that was not measured. */
  readonly onProvisional: (profile: Profile) => void;
  /** Called when an executor has died that was not unloaded. */
  readonly onDeath: (death: ExecutorDeath) => void;
}

export interface ExecutorLoader {
  /** The executor that serves now. Undefined while loading. */
  readonly executor: Executor | undefined;
  /** Time of the last load. */
  readonly loadMs: Milliseconds;
  /** Loads an executor after a pause. */
  load(assignment: AssignedReplica, afterMs: number): void;
  /** Loads an executor after a pause, while the one before serves. That one ends after the batches on it. */
  replace(assignment: AssignedReplica, afterMs: number): void;
  /** Ends the executor, so that another one can be loaded. */
  stop(): void;
  /** Ends the executor, or the load, for good. */
  unload(): Promise<void>;
}

export function createExecutorLoader(options: LoaderOptions): ExecutorLoader {
  const { replica, driver, deps } = options;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  let executor: Executor | undefined;
  let loadMs = milliseconds(0);
  let running: Promise<void> | undefined;
  let replacing: Promise<void> | undefined;

  function use(loaded: Executor): void {
    ({ loadMs } = loaded);
    executor = loaded;
  }
  /** Serves until the executor dies, or the last of those that replaced it. */
  async function run(assignment: AssignedReplica, afterMs: number): Promise<void> {
    const loaded = await load(assignment, afterMs);
    if (loaded === undefined) return;
    use(loaded);
    driver.dispatch({ kind: 'warmed', replica });
    let death = await loaded.died;
    for (let last = loaded; executor !== undefined && executor !== last; death = await last.died) last = executor;
    executor = undefined;
    if (isEnding()) return;
    const isStopped = death.kind === 'ended';
    if (!isStopped) options.onDeath(death);
    driver.dispatch({ kind: 'died', replica, reason: isStopped ? '' : death.reason });
  }
  async function load(assignment: AssignedReplica, afterMs: number): Promise<Executor | undefined> {
    try {
      await pause(afterMs);
      const onLoaded = (): void => driver.dispatch({ kind: 'loaded', replica });
      return await loadWarm({ ...options, assignment, onLoaded }, ending.signal);
    } catch (error) {
      if (!isEnding())
        driver.dispatch({ kind: 'load-failed', replica, cause: causeOf(error), reason: publicText(error) });
      return undefined;
    }
  }
  async function replace(before: Executor, assignment: AssignedReplica, afterMs: number): Promise<void> {
    /** Returns whether the executor died meanwhile, and is loaded again, or the replica ends. */
    const isObsolete = (): boolean => executor !== before || isEnding();
    try {
      await pause(afterMs);
      if (isObsolete()) return;
      if (!options.hasRoom()) return driver.dispatch({ kind: 'replace-failed', replica, cause: 'no-room' });
      const next = await loadWarm({ ...options, assignment }, ending.signal);
      if (isObsolete()) return await next[Symbol.asyncDispose]();
      use(next);
    } catch (error) {
      if (!isObsolete()) driver.dispatch({ kind: 'replace-failed', replica, cause: causeOf(error) });
      return;
    }
    driver.dispatch({ kind: 'replaced', replica });
    await options.settled(before);
    await before[Symbol.asyncDispose]();
  }
  async function pause(ms: number): Promise<void> {
    if (ms > 0) await deps.clock.sleep(milliseconds(ms), ending.signal);
  }
  return {
    get executor() {
      return executor;
    },
    get loadMs() {
      return loadMs;
    },
    load: (assignment, afterMs) => void (running = run(assignment, afterMs)),
    replace(assignment, afterMs) {
      if (executor !== undefined) replacing = replace(executor, assignment, afterMs);
    },
    stop: () => void executor?.[Symbol.asyncDispose](),
    async unload() {
      const reason = 'the replica was unloaded';
      ending.abort(new ParetoError('cancelled', reason));
      await executor?.[Symbol.asyncDispose]();
      await replacing;
      await running;
      driver.dispatch({ kind: 'died', replica, reason });
    },
  };
}

interface WarmOptions extends LoaderOptions {
  readonly assignment: AssignedReplica;
  /** Called when the model is loaded, before it warms up. */
  readonly onLoaded?: () => void;
}

/** Loads and warms up an executor. Ends it and throws the signal's reason if the signal aborts meanwhile. */
async function loadWarm(
  { assignment, deps, executorOptions, prepare, onLoaded, onProvisional }: WarmOptions,
  signal: AbortSignal,
): Promise<Executor> {
  await prepare(signal);
  const options = executorOptions(assignment);
  const loaded = await loadVariant(deps, options, signal);
  try {
    onLoaded?.();
    const provisional = await warmUp(loaded, options, deps);
    signal.throwIfAborted();
    if (provisional !== undefined) onProvisional(provisional);
    return loaded;
  } catch (error) {
    await loaded[Symbol.asyncDispose]();
    throw error;
  }
}

function causeOf(error: unknown): LoadFailure {
  if (!(error instanceof ParetoError)) return 'failed';
  if (error.code === 'unavailable') return 'unavailable';
  return error.code === 'invalid-argument' ? 'rejected' : 'failed';
}
