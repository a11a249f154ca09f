// Admission of a query after selection: it is forwarded, held, or refused with a status.

import type { ErrorCode, Objective } from '@pareto/core';
import type { Selection } from '../select/select-variant.js';
import { defaultShareParams, type ShareParams } from './class-shares.js';

type Chosen = Extract<Selection, { kind: 'chosen' }>;
type Cold = Extract<Selection, { kind: 'cold' }>;
type Refused = Extract<Selection, { kind: 'refused' }>;

export type RefusalCause = Refused['reason'] | 'hold-limit' | 'late-load';

export type Admission =
  | { readonly kind: 'forward'; readonly selection: Chosen }
  | { readonly kind: 'hold'; readonly selection: Cold }
  | {
      readonly kind: 'refuse';
      readonly cause: RefusalCause;
      readonly code: ErrorCode;
      readonly nearest: Refused['nearest'];
      readonly soonest: Refused['soonest'];
    };

export interface AdmitParams {
  /** Maximum number of held queries, over all targets. */
  readonly maxHeld: number;
  /** Maximum total size of the requests of held queries. */
  readonly maxHeldBytes: number;
  readonly shares: ShareParams;
  /** Share of rejected queries of a task from which on those that prefer accuracy do not wait for it. */
  readonly maxRejected: number;
  /** Batches that a query may wait for while slots are short, if the time of a slot costs more than a miss. */
  readonly maxDearBatches: number;
  /** Time for which slots count as short after they were too few for a query, in ms. */
  readonly shortMs: number;
}

export const defaultAdmitParams: AdmitParams = {
  maxHeld: 1024,
  maxHeldBytes: 64 * 2 ** 20,
  shares: defaultShareParams,
  maxRejected: 0.01,
  maxDearBatches: 4,
  shortMs: 10_000,
};

/** A query, as far as it may be held. */
export interface AdmittedQuery {
  readonly requestBytes: number;
  /** Set if it would be answered late after the load of a variant, by slots that others are short of. */
  readonly isLateLoad: boolean;
}

/** Queries held now, without the one that is being admitted. */
export interface HoldUsage {
  readonly count: number;
  readonly bytes: number;
}

const codes: Readonly<Record<RefusalCause, ErrorCode>> = {
  infeasible: 'failed-precondition',
  quarantined: 'failed-precondition',
  'ruled-out': 'failed-precondition',
  'batch-too-large': 'invalid-argument',
  overloaded: 'resource-exhausted',
  backlogged: 'resource-exhausted',
  unplaceable: 'resource-exhausted',
  'hold-limit': 'resource-exhausted',
  'late-load': 'resource-exhausted',
};

export function admit(
  selection: Selection,
  { requestBytes, isLateLoad }: AdmittedQuery,
  usage: HoldUsage,
  params: AdmitParams,
): Admission {
  if (selection.kind === 'chosen') return { kind: 'forward', selection };
  if (selection.kind === 'refused') return refuse(selection.reason, selection.nearest, selection.soonest);
  if (isLateLoad) return refuse('late-load');
  const hasRoom = usage.count < params.maxHeld && usage.bytes + requestBytes <= params.maxHeldBytes;
  return hasRoom ? { kind: 'hold', selection } : refuse('hold-limit');
}

/**
 * Returns whether a refused query is feasible with the `requested` objective, but not before the caller's deadline, which limited
 * it for admission. The caller may not have set an objective, so that the error names the deadline.
 */
export function isDueToDeadline(
  { cause, nearest }: Extract<Admission, { kind: 'refuse' }>,
  requested: Objective,
  limited: Objective,
): boolean {
  if (cause !== 'infeasible' || nearest === undefined) return false;
  const offered = nearest.objective;
  return (
    offered.latencyMs > limited.latencyMs &&
    offered.latencyMs <= requested.latencyMs &&
    offered.minAccuracy === requested.minAccuracy &&
    offered.maxCostPer1k === requested.maxCostPer1k
  );
}

function refuse(cause: RefusalCause, nearest?: Refused['nearest'], soonest?: Refused['soonest']): Admission {
  return { kind: 'refuse', cause, code: codes[cause], nearest, soonest };
}
