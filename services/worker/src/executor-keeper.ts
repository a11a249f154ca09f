// Keeps one variant loaded: loads and warms an executor, hands it over, and replaces it when it dies.

import { errorText, milliseconds, ParetoError, type Milliseconds, type ReplicaState } from '@pareto/core';
import type { Executor, ExecutorDeath } from '@pareto/runtime';
import { loadPause, loadVariant, warmUp, type ExecutorWish, type LoadDeps } from './loaded-executor.js';

export interface KeeperOptions {
  readonly deps: LoadDeps;
  readonly wish: () => ExecutorWish;
  readonly ceiling: () => number;
  readonly onState: (state: Exclude<ReplicaState, 'draining'>, reason: string) => void;
  readonly attach: (executor: Executor) => void;
  readonly detach: () => Promise<void>;
  /** Why it must not be replaced; undefined: it is. */
  readonly refuseReplacement: (death: ExecutorDeath) => string | undefined;
}

export interface ExecutorKeeper {
  /** The one that serves now. */
  readonly executor: Executor | undefined;
  /** Of the last load. */
  readonly loadMs: Milliseconds;
  /** Ends the executor, or the load. */
  end(): Promise<void>;
}

/** A load that died, or a model that doesn't run, is tried this often; a model that is refused, once. */
const mostFailures = 3;

/** Begins at once. */
export function keepExecutor(options: KeeperOptions): ExecutorKeeper {
  const { deps, onState } = options;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  let executor: Executor | undefined;
  let loadMs = milliseconds(0);

  async function loadWarm(): Promise<Executor> {
    onState('loading', '');
    const loaded = await loadVariant(deps, options.wish(), ending.signal);
    try {
      onState('warming', '');
      await warmUp(loaded, options.wish().spec, options.ceiling(), deps);
      return loaded;
    } catch (error) {
      await loaded[Symbol.asyncDispose]();
      throw error;
    }
  }

  async function serve(loaded: Executor): Promise<ExecutorDeath> {
    executor = loaded;
    loadMs = loaded.loadMs;
    onState('ready', '');
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
        const death = await serve(await loadWarm());
        if (isEnding()) return;
        failures = 0;
        const refusal = options.refuseReplacement(death);
        if (refusal !== undefined) return onState('failed', refusal);
      } catch (error) {
        if (isEnding()) return;
        failures += isTransient(error) ? 0 : 1;
        if (isFinal(error) || failures >= mostFailures) return onState('failed', errorText(error));
        onState('loading', errorText(error));
        await deps.clock.sleep(loadPause(failures), ending.signal).catch(() => undefined);
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
      ending.abort(new ParetoError('cancelled', 'the replica is unloaded'));
      await executor?.[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** The files could not be fetched: no controller answers. */
const isTransient = (error: unknown): boolean => error instanceof ParetoError && error.code === 'unavailable';
/** The model is refused, and will be again. */
const isFinal = (error: unknown): boolean => error instanceof ParetoError && error.code === 'invalid-argument';
