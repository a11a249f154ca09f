// A query at a router: what it asks for, and how far the router has come with it.

import { milliseconds, type Objective, type VariantId } from '@pareto/core';
import type { HeldEntry } from '../admit/hold-queue.js';
import type { Forwarding } from '../admit/query-policy.js';
import type { HeldCount } from './router-demand.js';
import type { TargetQuery } from './target-query.js';

/** The facts about a query that are known when it arrives. */
export interface ArrivedQuery {
  /** Time at which the headers of the query were received. */
  readonly receivedAt: number;
  /** Time until which the caller waits. Infinity if there is no deadline. */
  readonly deadlineAt: number;
  readonly requestBytes: number;
  /** 1 is the most urgent. Infinity if the client set none. */
  readonly priority: number;
}

/** The reason why a query is not held any longer. */
export type HoldEnd = 'too-long' | 'deadline' | 'draining';

/** The place of a query among the held ones, and the time for which it may be held, from its first hold on. */
export interface QueryHold<H> extends HeldEntry<TrackedQuery<H>> {
  until: number;
  /** The limit that `until` is due to. */
  readonly end: HoldEnd;
}

/**
 * arrived ──> sent ──> ended
 *    │        ▲  │
 *    ▼        │  ▼
 *   held ─────┴─ again
 *
 * A query in any stage may end, and one that was sent or is decided again may be held.
 */
type QueryStage =
  | 'arrived'
  /** Waits for a cold variant. */
  | 'held'
  | 'sent'
  /** Is resolved and decided again, after a replica has not answered. */
  | 'again'
  | 'ended';

/** A query that the router core tracks. Only the core changes it. `H` is the caller's handle. */
export interface RouterQuery<H> extends ArrivedQuery {
  readonly handle: H;
  readonly stage: QueryStage;
  /** The query for its target. Undefined before it is resolved. */
  readonly resolved: TargetQuery | undefined;
  /**
   * Set until the query is held, or lost by a worker. Only then its objective counts from its arrival: later it is already
   * admitted, and a late answer is better than none.
   */
  readonly isTimed: boolean;
  /** Number of sends that ended without an answer. */
  readonly attempts: number;
  /** Number of these that ended with the loss of the worker. */
  readonly losses: number;
  /** Set from the first hold on. */
  readonly hold: QueryHold<H> | undefined;
  /** Variant for which the query is held, or was held last. */
  readonly awaited: VariantId | undefined;
  /** Set while the query counts as held. */
  readonly counted: HeldCount | undefined;
  /** The last decision to send the query, and its time. */
  readonly sent: Forwarding | undefined;
  readonly sentAt: number;
}

/** The state of a query for the core. */
export type TrackedQuery<H> = { -readonly [K in keyof RouterQuery<H>]: RouterQuery<H>[K] };

/** Creates the state of a query that arrived. */
export const trackQuery = <H>(handle: H, arrived: ArrivedQuery): RouterQuery<H> => ({
  handle,
  receivedAt: arrived.receivedAt,
  deadlineAt: arrived.deadlineAt,
  requestBytes: arrived.requestBytes,
  priority: arrived.priority,
  stage: 'arrived',
  resolved: undefined,
  isTimed: true,
  attempts: 0,
  losses: 0,
  hold: undefined,
  awaited: undefined,
  counted: undefined,
  sent: undefined,
  sentAt: 0,
});

type Times = Pick<ArrivedQuery, 'receivedAt' | 'deadlineAt'>;

/** Returns the objective for admission: its latency is limited by the deadline. */
export function admissionObjective({ receivedAt, deadlineAt }: Times, objective: Objective): Objective {
  if (deadlineAt === Infinity) return objective;
  const deadlineMs = Math.round(deadlineAt - receivedAt);
  return deadlineMs < objective.latencyMs ? { ...objective, latencyMs: milliseconds(deadlineMs) } : objective;
}

/** Returns the time by which a query is due: the earlier of objective and deadline. */
export const dueAtOf = ({ receivedAt, deadlineAt }: Times, { latencyMs }: Objective): number =>
  Math.min(receivedAt + latencyMs, deadlineAt);

/** Returns the last decision to send a query. Throws if there was none. */
export function sentOf<H>({ sent }: RouterQuery<H>): Forwarding {
  if (sent === undefined) throw new Error('the query was not sent');
  return sent;
}

/** Returns what a query asks for. Throws if it was not resolved. */
export function resolvedOf<H>({ resolved }: RouterQuery<H>): TargetQuery {
  if (resolved === undefined) throw new Error('the query was not resolved');
  return resolved;
}
