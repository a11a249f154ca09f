// Keeps one variant loaded: loads and warms up an executor, and replaces it when it dies. The runtime kills an executor
// that hangs.

import { publicText, milliseconds, ParetoError, type Milliseconds, type Profile } from '@pareto/core';
import type { ReplicaEvent } from '@pareto/policy';
import type { Executor, ExecutorDeath } from '@pareto/runtime';
import { loadVariant, warmUp, type ExecutorOptions, type LoadDeps } from './loaded-executor.js';

export interface SupervisorOptions {
  readonly deps: LoadDeps;
  readonly executorOptions: () => ExecutorOptions;
  /** Loads what the replica needs in addition to the executor. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly onEvent: (event: ReplicaEvent) => void;
  /** Called with the provisional profile of a model that was not measured. */
  readonly onProvisional: (profile: Profile) => void;
  readonly attach: (executor: Executor) => void;
  readonly detach: () => Promise<void>;
  /** Returns why a dead executor must not be replaced, or undefined if it must be. */
  readonly reasonNotToReplace: (death: ExecutorDeath) => string | undefined;
}

export interface ExecutorSupervisor {
  /** The executor that serves now. Undefined while loading. */
  readonly executor: Executor | undefined;
  /** Time of the last load. */
  readonly loadMs: Milliseconds;
  /** Ends the executor or the load, and stops replacing it. */
  end(): Promise<void>;
}

/** Maximum number of attempts to load. A model that the runtime rejects is not retried. */
const maxFailures = 3;

/** Starts to load immediately. */
export function superviseExecutor(options: SupervisorOptions): ExecutorSupervisor {
  const { clock } = options.deps;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  let executor: Executor | undefined;
  let loadMs = milliseconds(0);

  const report = (kind: 'restarted' | 'failed', reason: string): void =>
    options.onEvent({ kind, at: clock.now(), reason });

  async function serve(loaded: Executor): Promise<ExecutorDeath> {
    executor = loaded;
    loadMs = loaded.loadMs;
    options.onEvent({ kind: 'warmed', at: clock.now() });
    options.attach(loaded);
    const death = await loaded.died;
    executor = undefined;
    await options.detach();
    return death;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isEnding()) {
      try {
        const death = await serve(await loadWarm(options, ending.signal));
        if (isEnding()) return;
        failures = 0;
        const reason = options.reasonNotToReplace(death);
        if (reason !== undefined) return report('failed', reason);
        report('restarted', death.reason);
      } catch (error) {
        if (isEnding()) return;
        failures += isTransient(error) ? 0 : 1;
        if (isFinal(error) || failures >= maxFailures) return report('failed', publicText(error));
        report('restarted', publicText(error));
        await clock.sleep(loadPause(failures), ending.signal).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    get executor() {
      return executor;
    },
    get loadMs() {
      return loadMs;
    },
    async end() {
      ending.abort(new ParetoError('cancelled', 'the replica was unloaded'));
      await executor?.[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** Loads and warms up an executor. Ends it and throws the signal's reason if the signal aborts meanwhile. */
async function loadWarm(
  { deps, executorOptions, prepare, onEvent, onProvisional }: SupervisorOptions,
  signal: AbortSignal,
): Promise<Executor> {
  await prepare(signal);
  const loaded = await loadVariant(deps, executorOptions(), signal);
  try {
    onEvent({ kind: 'loaded', at: deps.clock.now() });
    const provisional = await warmUp(loaded, executorOptions(), deps);
    signal.throwIfAborted();
    if (provisional !== undefined) onProvisional(provisional);
    return loaded;
  } catch (error) {
    await loaded[Symbol.asyncDispose]();
    throw error;
  }
}

/** Returns the pause before the next attempt to load. */
const loadPause = (failures: number): Milliseconds => milliseconds(Math.min(5_000, 250 * 2 ** failures));

/**
 * Returns whether the files could not be fetched, or another model ended the process that they share. Such failures
 * are not counted.
 */
const isTransient = (error: unknown): boolean => error instanceof ParetoError && error.code === 'unavailable';
/** Returns whether the runtime rejected the model, so that loading it again would fail too. */
const isFinal = (error: unknown): boolean => error instanceof ParetoError && error.code === 'invalid-argument';
