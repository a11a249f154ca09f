// The sessions of workers whose first report was searched for replicas to adopt.

import type { WorkerSession } from '@pareto/policy';

export interface AdoptedSessions {
  /** Number of sessions that were added so far. */
  readonly count: number;
  has(session: WorkerSession): boolean;
  add(session: WorkerSession): void;
}

export function createAdoptedSessions(): AdoptedSessions {
  const sessions = new WeakSet<WorkerSession>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    has: (session) => sessions.has(session),
    add(session) {
      sessions.add(session);
      count += 1;
    },
  };
}
