// Lifecycle state of a replica, with the reason of its last failure.

import type { Clock, ReplicaReport, ReplicaState } from '@pareto/core';
import { isQuarantined, transition, type ReplicaEvent, type ReplicaLife } from '@pareto/policy';
import type { ExecutorDeath } from '@pareto/runtime';
import type { Logger, WorkerMetrics } from '@pareto/telemetry';
import type { AssignedReplica } from '../orders/desired-state.js';
import { notExecutedError } from '../batching/intake.js';

export interface ReplicaStatus {
  readonly state: ReplicaState;
  readonly report: Pick<ReplicaReport, 'state' | 'reason' | 'poisonousQueries' | 'quarantined'>;
  apply(event: ReplicaEvent): void;
  /** Throws `unavailable` if the replica accepts no queries, so that the router may try another one. */
  requireServing(): void;
  /** Counts a query that killed a second executor. */
  readonly poisoned: () => void;
  /** Returns why a dead executor must not be replaced, or undefined if it must be. */
  readonly reasonNotToReplace: (death: ExecutorDeath) => string | undefined;
}

export interface StatusDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
}

export function createReplicaStatus({ replica, spec }: AssignedReplica, deps: StatusDeps): ReplicaStatus {
  const { variant } = spec;
  const logger = deps.logger.with({ replica, variant });
  let life: ReplicaLife = { state: 'loading', since: deps.clock.now() };
  let reason = '';
  let poisonousQueries = 0;
  return {
    get state() {
      return life.state;
    },
    get report() {
      return { state: life.state, reason, poisonousQueries, quarantined: isQuarantined(poisonousQueries) };
    },
    apply(event) {
      life = transition(life, event);
      if ('reason' in event) ({ reason } = event);
      logger.info('replica state changed', { state: life.state, reason });
    },
    requireServing() {
      if (life.state === 'draining') throw notExecutedError('the replica is draining');
      if (life.state === 'failed') throw notExecutedError(`the replica failed: ${life.reason}`);
    },
    poisoned: () => void (poisonousQueries += 1),
    reasonNotToReplace(death) {
      logger.warn('executor died', { kind: death.kind, reason: death.reason });
      if (!isQuarantined(poisonousQueries)) return undefined;
      deps.metrics.quarantines.add(1, { variant });
      return `quarantined: ${poisonousQueries} queries killed two executors each; the last one: ${death.reason}`;
    },
  };
}
