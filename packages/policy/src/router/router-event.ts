// What happens at a router, and what follows from it.

import type { ErrorCode, Objective, ReplicaLoad, RoutingTable, VariantId } from '@pareto/core';
import type { Decision } from '../admit/query-policy.js';
import type { DemandReport, LimitCount } from '../demand/demand-report.js';
import type { FailedAttempt } from '../retry/may-retry.js';
import type { LoadEffect } from '../route/load-event.js';
import type { HoldEnd, RouterQuery } from './router-query.js';
import type { TargetQuery } from './target-query.js';

/**
 * The end of one send of a query. `refused`: the replica could not meet its objective. `not-executed`: the query reached no
 * executor. `full`: neither, because the replica's queue was full. `unreachable`: the worker disappeared before it had the
 * query. `lost`: it disappeared while it had the query. `reset`: the query alone failed in flight. `failed`: the error is final.
 */
export type AttemptEnd = 'answered' | 'refused' | 'not-executed' | 'full' | 'unreachable' | 'lost' | 'reset' | 'failed';

/** The load of a replica that can be called. */
export interface ReportedLoad extends ReplicaLoad {
  readonly replicaId: string;
}

export type RouterEvent<H> =
  | {
      readonly kind: 'table';
      readonly table: Pick<RoutingTable, 'candidates' | 'replicas' | 'congestion'>;
      /** Address of the worker in the process of the router. Undefined if there is none. */
      readonly localAddress: string | undefined;
    }
  /** The workers of the table can be called. */
  | { readonly kind: 'linked' }
  /** The query was resolved with the current table: for the first time, or because of a `resolve`. */
  | {
      readonly kind: 'resolved';
      readonly query: RouterQuery<H>;
      readonly resolved: TargetQuery;
      /** Delay of the event loop before the router saw the query. */
      readonly lagMs: number;
    }
  | {
      readonly kind: 'ended';
      readonly query: RouterQuery<H>;
      readonly end: AttemptEnd;
      /** Code of the error. Undefined if there is none. */
      readonly code: ErrorCode | undefined;
      /** Load in the reply. Undefined if there is none. */
      readonly load: ReplicaLoad | undefined;
      /** Time that the query spent at the worker. 0 if unknown. */
      readonly tookMs: number;
      /** Set if the caller no longer waits. */
      readonly isGivenUp: boolean;
    }
  /** The query has ended for another reason: its caller does not wait any longer, or its target is gone. */
  | { readonly kind: 'left'; readonly query: RouterQuery<H>; readonly code: ErrorCode }
  /** The time for which the query may be held has passed. */
  | { readonly kind: 'hold-timeout'; readonly query: RouterQuery<H> }
  /** A worker has answered a ping. Its other replicas cannot be called. */
  | { readonly kind: 'reported'; readonly address: string; readonly loads: readonly ReportedLoad[] }
  /** A worker is unreachable. */
  | { readonly kind: 'lost'; readonly address: string }
  /** The router shuts down: no query is held any more. */
  | { readonly kind: 'draining' }
  /** Starts the reports of demand, and is applied again at the core's `dueAt`. `limitsReached`: in the last minute. */
  | { readonly kind: 'tick'; readonly limitsReached: readonly LimitCount[] }
  /** The last report was sent, or could not be. */
  | { readonly kind: 'report-sent'; readonly isSent: boolean };

export type RouterEffect<H> =
  | {
      readonly kind: 'forward';
      /** The query, whose `sent` has the replica. */
      readonly query: RouterQuery<H>;
      /** Time within which the worker must answer. */
      readonly latencyLeftMs: number;
    }
  /** The query waits for `variant`, perhaps after it has waited for another one. */
  | { readonly kind: 'hold'; readonly query: RouterQuery<H>; readonly variant: VariantId }
  /** The query is refused, in view of `objective`. */
  | {
      readonly kind: 'refuse';
      readonly query: RouterQuery<H>;
      readonly refusal: Extract<Decision, { kind: 'refuse' }>;
      /** Status of the query. */
      readonly code: ErrorCode;
      readonly objective: Objective;
      /** Time since the query was received. */
      readonly elapsedMs: number;
    }
  /** The query may not wait longer for the variant that it `awaited`. */
  | { readonly kind: 'give-up'; readonly query: RouterQuery<H>; readonly reason: HoldEnd }
  /** The deadline of the query has passed. */
  | { readonly kind: 'expire'; readonly query: RouterQuery<H> }
  /** The query is resolved again: for a retry after this outcome, or, if that is undefined, because of a new table. */
  | {
      readonly kind: 'resolve';
      readonly query: RouterQuery<H>;
      readonly retryOf: Exclude<FailedAttempt['outcome'], 'failed'> | undefined;
    }
  | {
      readonly kind: 'answer';
      readonly query: RouterQuery<H>;
      readonly latencyMs: number;
      /** Predicted latency. Undefined if the query was held or lost before, so that the prediction does not cover it. */
      readonly predictedMs: number | undefined;
    }
  /** The failure of the last send is final. */
  | { readonly kind: 'fail'; readonly query: RouterQuery<H> }
  /** The worker found that the query could not meet its objective any more. */
  | { readonly kind: 'late'; readonly query: RouterQuery<H> }
  /** The worker that the query was sent to is unreachable. */
  | { readonly kind: 'suspect'; readonly query: RouterQuery<H>; readonly reason: 'connection-lost' | 'unreachable' }
  /** The demand is sent to the controller, and `report-sent` applied before any other event. */
  | { readonly kind: 'report'; readonly report: DemandReport }
  | LoadEffect;
