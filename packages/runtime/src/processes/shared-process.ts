// A process that runs several models, one call at a time, from its start until its last model is unloaded.

import type { Clock } from '@pareto/core';
import type { ExecutorDeath } from './executor-process.js';
import { outOfMemory, type HostedSession } from './hosted-session.js';
import { readProcessMemory, watchMemory, type MemoryWatch, type ProcessMemory } from './process-memory.js';
import type { StartedProcess } from './process-starter.js';
import { createSessionHost, type SessionHost } from './session-host.js';

/** A model for a shared process. */
interface SharedModel {
  /** Name of the model among those of the process, such as its digest. */
  readonly model: string;
  readonly memoryLimitBytes: number;
}

export interface SharedProcess {
  /** Names of the loaded models, also of those that are still loading. */
  readonly models: readonly string[];
  /** Opens a session. The process ends with its last one. Throws `internal` if the process did not start. */
  openSession(model: SharedModel): Promise<HostedSession>;
}

export interface SharedProcessOptions {
  readonly started: StartedProcess;
  readonly clock: Clock;
  readonly memory: SharedMemory;
  /**
   * Called once when the process has ended or is about to, so that no further session is opened in it. The death is
   * undefined if it ended with its last model or did not start.
   */
  readonly onEnded: (death: ExecutorDeath | undefined, models: readonly string[]) => void;
}

/** The limit of the memory by which a shared process may grow. */
export interface SharedMemory {
  /** Models that exceed the limit together, in the reason of the death. */
  readonly who: string;
  /** Returns the limit by the limits of the loaded models. */
  readonly limitBytes: (limits: readonly number[]) => number;
  /** Set to let allocations beyond the first limit fail inside the process, instead of only watching its memory. */
  readonly limitsData: boolean;
}

interface SessionShare extends SharedModel {
  /** Bytes by which the process grew when the model was loaded. */
  readonly weight: number;
}

interface Begun {
  readonly host: SessionHost;
  readonly watch: MemoryWatch;
  readonly baseMemoryBytes: number;
}

/** Minimum weight of a session in its share of the process's memory. */
const minWeight = 2 ** 20;

export function createSharedProcess({ started, clock, memory, onEnded }: SharedProcessOptions): SharedProcess {
  const shares = new Map<symbol, SessionShare>();
  const models = (): string[] => Array.from(shares.values(), ({ model }) => model);
  let hasEnded = false;
  function end(death?: ExecutorDeath): void {
    if (!hasEnded) onEnded(death, models());
    hasEnded = true;
  }
  let begun: Promise<Begun> | undefined;
  // No model is in a process that did not start.
  void started.hello.then(
    () => started.process.died.then(end),
    () => end(),
  );

  return {
    get models() {
      return models();
    },
    async openSession({ model, memoryLimitBytes }) {
      const self = Symbol(model);
      // Set before waiting, so that the process does not end if the last other session is closed meanwhile.
      shares.set(self, { model, memoryLimitBytes, weight: minWeight });
      begun ??= begin({ started, clock, memory }, shares);
      const { host, watch, baseMemoryBytes } = await begun;
      const session = host.open();
      return {
        session,
        baseMemoryBytes,
        loaded: (grownBytes) =>
          void shares.set(self, { model, memoryLimitBytes, weight: Math.max(minWeight, grownBytes) }),
        memory: () => shareOf(self, shares, watch.memory()),
        async close() {
          shares.delete(self);
          const released = session.release();
          if (shares.size === 0) {
            end();
            host.process.kill({ kind: 'ended', reason: 'unloaded' });
          }
          await released;
        },
      };
    },
  };
}

async function begin(
  { started, clock, memory }: Pick<SharedProcessOptions, 'started' | 'clock' | 'memory'>,
  shares: ReadonlyMap<symbol, SessionShare>,
): Promise<Begun> {
  const { process, hello } = started;
  await hello;
  const limit = (): number => memory.limitBytes(Array.from(shares.values(), (share) => share.memoryLimitBytes));
  const base = readProcessMemory(process.pid);
  if (memory.limitsData && base !== undefined) await process.limitData(base.dataBytes + limit());
  const host = createSessionHost(process, clock);
  const watch = watchMemory({
    ...{ pid: process.pid, activity: host, extraBytes: limit, clock },
    onExceeded: () => process.kill(outOfMemory(memory.who, limit())),
  });
  void process.died.then(() => watch[Symbol.dispose]());
  return { host, watch, baseMemoryBytes: base?.privateBytes ?? 0 };
}

/**
 * Returns a session's share of the process's memory, in proportion to the weights. The shares add up to the whole
 * process.
 */
function shareOf(
  self: symbol,
  shares: ReadonlyMap<symbol, SessionShare>,
  memory: ProcessMemory | undefined,
): ProcessMemory | undefined {
  const own = shares.get(self);
  if (memory === undefined || own === undefined) return undefined;
  const all = [...shares.values()].reduce((total, { weight }) => total + weight, 0);
  const part = (bytes: number): number => Math.round((bytes * own.weight) / all);
  return {
    residentBytes: part(memory.residentBytes),
    privateBytes: part(memory.privateBytes),
    peakPrivateBytes: part(memory.peakPrivateBytes),
    dataBytes: part(memory.dataBytes),
  };
}
