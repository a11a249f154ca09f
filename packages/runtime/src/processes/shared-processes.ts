// Small models on the CPU: which of them share a process, and which run alone because a shared one died.

import type { Clock } from '@pareto/core';
import type { HostedSession } from './hosted-session.js';
import type { StartedProcess } from './process-starter.js';
import { createSharedProcess, type SharedMemory, type SharedProcess } from './shared-process.js';

/** Rules by which a model shares its process with others. */
export interface Sharing {
  /** Owner of the model. Models of different owners never share a process. */
  readonly owner: string;
  /** Name of the model, such as its digest. */
  readonly model: string;
  /** Maximum number of models in a process. */
  readonly maxModels: number;
  /** Number of processes that models are spread over before one gets a second model, since a process runs one at a time. */
  readonly spread: number;
}

export interface SharedProcesses {
  /**
   * Opens a session in a shared process, which is started if necessary. Undefined if the model must run alone, because it was in a shared
   * process that died.
   */
  openSession(sharing: Sharing, memoryLimitBytes: number): Promise<HostedSession> | undefined;
}

/** The largest limit holds for all models of a process together, since they are small. */
const memory: SharedMemory = {
  who: 'the models of a shared process',
  limitBytes: (limits) => Math.max(...limits),
  limitsData: true,
};

export function createSharedProcesses(start: () => StartedProcess, clock: Clock): SharedProcesses {
  const processes = new Map<string, Set<SharedProcess>>();
  /** Models that were in a shared process when it died. */
  const alone = new Set<string>();

  function startIn(own: Set<SharedProcess>): SharedProcess {
    const shared = createSharedProcess({
      ...{ started: start(), clock, memory },
      onEnded(death, models) {
        own.delete(shared);
        if (death !== undefined && death.kind !== 'ended') for (const model of models) alone.add(model);
      },
    });
    own.add(shared);
    return shared;
  }

  return {
    openSession(sharing, memoryLimitBytes) {
      const { owner, model } = sharing;
      if (alone.has(model)) return undefined;
      const own = processes.get(owner) ?? new Set();
      processes.set(owner, own);
      const shared = pickProcess([...own], sharing) ?? startIn(own);
      return shared.openSession({ model, memoryLimitBytes });
    },
  };
}

/**
 * Returns the process for one more model: of those with room, one that does not have the model, so that two replicas of it run side by
 * side, with the fewest models. Undefined if another process is to be started.
 */
export function pickProcess<P extends Pick<SharedProcess, 'models'>>(
  processes: readonly P[],
  { model, maxModels, spread }: Omit<Sharing, 'owner'>,
): P | undefined {
  const roomy = processes.filter(({ models }) => models.length < maxModels);
  if (roomy.length < spread) return undefined;
  const has = ({ models }: P): number => (models.includes(model) ? 1 : 0);
  const [best] = roomy.toSorted((a, b) => has(a) - has(b) || a.models.length - b.models.length);
  return best;
}
