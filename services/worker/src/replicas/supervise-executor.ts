// Keeps one variant loaded: loads and warms up an executor, and replaces it when it dies or its file is replaced. The
// runtime kills an executor that hangs.

import { publicText, milliseconds, ParetoError, type Milliseconds, type Profile } from '@pareto/core';
import type { ReplicaEvent } from '@pareto/policy';
import type { Executor, ExecutorDeath } from '@pareto/runtime';
import { loadVariant, warmUp, type ExecutorOptions, type LoadDeps } from './loaded-executor.js';

export interface SupervisorOptions {
  readonly deps: LoadDeps;
  readonly executorOptions: () => ExecutorOptions;
  /** Returns whether there is memory for a second executor next to the one that serves. */
  readonly hasRoom: () => boolean;
  /** Loads what the replica needs in addition to the executor. */
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly onEvent: (event: ReplicaEvent) => void;
  /** Called with the provisional profile of a model that was not measured. */
  readonly onProvisional: (profile: Profile) => void;
  /** Serves from an executor, which was loaded with these options. The queries on the one before are still answered. */
  readonly attach: (executor: Executor, options: ExecutorOptions) => void;
  /** Resolves once the queries on an executor are answered. */
  readonly settled: (executor: Executor) => Promise<void>;
  readonly detach: () => Promise<void>;
  /** Returns why a dead executor must not be replaced, or undefined if it must be. */
  readonly reasonNotToReplace: (death: ExecutorDeath) => string | undefined;
}

export interface ExecutorSupervisor {
  /** The executor that serves now. Undefined while loading. */
  readonly executor: Executor | undefined;
  /** Time of the last load. */
  readonly loadMs: Milliseconds;
  /**
   * Replaces the executor if the options name another file than it has loaded. It serves until the new one is warm, if both
   * have room.
   */
  readonly update: () => void;
  /** Ends the executor or the load, and stops replacing it. */
  end(): Promise<void>;
}

/** Maximum number of attempts to load. A model that the runtime rejects is not retried. */
const maxFailures = 3;

/** An executor, and the options that it was loaded with. */
interface Loaded {
  readonly executor: Executor;
  readonly options: ExecutorOptions;
}

/** Starts to load immediately. */
export function superviseExecutor(options: SupervisorOptions): ExecutorSupervisor {
  const { clock } = options.deps;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  let serving: Loaded | undefined;
  let loadMs = milliseconds(0);
  let replacing: Promise<void> | undefined;

  const report = (kind: 'restarted' | 'failed', reason: string): void =>
    options.onEvent({ kind, at: clock.now(), reason });

  function use(loaded: Loaded): void {
    serving = loaded;
    ({ loadMs } = loaded.executor);
  }
  /** Serves until the executor dies, or the last of those that replaced it. */
  async function serve(loaded: Loaded): Promise<ExecutorDeath> {
    use(loaded);
    options.onEvent({ kind: 'warmed', at: clock.now() });
    options.attach(loaded.executor, loaded.options);
    update();
    let death = await loaded.executor.died;
    for (let last = loaded; serving !== undefined && serving !== last; death = await last.executor.died) last = serving;
    serving = undefined;
    await options.detach();
    return death;
  }

  const isOutdated = ({ options: { spec } }: Loaded): boolean =>
    spec.modelDigest !== options.executorOptions().spec.modelDigest;

  async function replace(before: Loaded): Promise<void> {
    try {
      if (!options.hasRoom()) return await end(before);
      const next = await loadWarm({ ...options, onEvent: () => undefined }, ending.signal);
      // The executor died meanwhile, and is loaded again, or the replica ends.
      if (serving !== before || isEnding()) return await next.executor[Symbol.asyncDispose]();
      use(next);
      options.attach(next.executor, next.options);
      await options.settled(before.executor);
      await before.executor[Symbol.asyncDispose]();
    } catch (error) {
      if (isEnding()) return;
      if (isTransient(error)) await clock.sleep(loadPause(0), ending.signal).catch(() => undefined);
      // Without an executor, a failed load is repeated and reported.
      else if (serving === before) await end(before);
    }
  }
  /** Ends an executor after the batches on it. */
  async function end({ executor }: Loaded): Promise<void> {
    await options.detach();
    await executor[Symbol.asyncDispose]();
  }
  function update(): void {
    if (replacing !== undefined || serving === undefined || isEnding() || !isOutdated(serving)) return;
    replacing = replace(serving).finally(() => {
      replacing = undefined;
      update();
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isEnding()) {
      try {
        const death = await serve(await loadWarm(options, ending.signal));
        if (isEnding()) return;
        failures = 0;
        if (death.kind === 'ended') {
          report('restarted', '');
          continue;
        }
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
      return serving?.executor;
    },
    get loadMs() {
      return loadMs;
    },
    update,
    async end() {
      ending.abort(new ParetoError('cancelled', 'the replica was unloaded'));
      await serving?.executor[Symbol.asyncDispose]();
      await replacing;
      await running;
    },
  };
}

/** Loads and warms up an executor. Ends it and throws the signal's reason if the signal aborts meanwhile. */
async function loadWarm(
  { deps, executorOptions, prepare, onEvent, onProvisional }: SupervisorOptions,
  signal: AbortSignal,
): Promise<Loaded> {
  await prepare(signal);
  const options = executorOptions();
  const executor = await loadVariant(deps, options, signal);
  try {
    onEvent({ kind: 'loaded', at: deps.clock.now() });
    const provisional = await warmUp(executor, options, deps);
    signal.throwIfAborted();
    if (provisional !== undefined) onProvisional(provisional);
    return { executor, options };
  } catch (error) {
    await executor[Symbol.asyncDispose]();
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
