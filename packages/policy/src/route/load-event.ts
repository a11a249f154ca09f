// What changes the loads of replicas, and what follows from it.

import type { Candidate, ReplicaId, ReplicaLoad, RoutingTable } from '@pareto/core';

/**
 * End of a query that was sent. `refused`: the replica could not meet its objective.
 * `failed`: the replica returned an error. `undelivered`: it was not executed, was cancelled, or its worker was lost.
 */
export type QueryEnd = 'answered' | 'refused' | 'failed' | 'undelivered';

export type LoadEvent =
  | {
      readonly kind: 'table';
      readonly table: Pick<RoutingTable, 'candidates'>;
      /** Address of the worker in the process of the router. Undefined if there is none. */
      readonly localAddress?: string | undefined;
    }
  | { readonly kind: 'sent'; readonly replica: ReplicaId; readonly items: number }
  | {
      readonly kind: 'ended';
      readonly replica: ReplicaId;
      readonly items: number;
      readonly end: QueryEnd;
      /** Load in the reply. Undefined if there is none. */
      readonly load: ReplicaLoad | undefined;
      /** Time between sending and the reply that the query did not spend at the worker. Undefined if unknown. */
      readonly hopMs: number | undefined;
      /** Time by which the answer came later than predicted. Undefined if there was no answer. */
      readonly errorMs: number | undefined;
      /** Set if the query was predicted to wait. */
      readonly hasWaited: boolean;
      /** Set if the answer came too late for the objective. */
      readonly isLate: boolean;
    }
  /** The worker answered a ping. `load` is undefined if the replica cannot be called. */
  | { readonly kind: 'reported'; readonly replica: ReplicaId; readonly load: ReplicaLoad | undefined }
  /** The replica's queue is full, so it counts as busy until its next report. */
  | { readonly kind: 'full'; readonly replica: ReplicaId }
  /** A query was refused because it would wait for too long at the candidate. */
  | { readonly kind: 'refused'; readonly candidate: Candidate }
  /** The replica cannot be called until a report shows that it can. */
  | { readonly kind: 'down'; readonly replica: ReplicaId };

export type LoadEffect =
  /** The replica can be called again. */
  | { readonly kind: 'callable'; readonly replica: ReplicaId }
  /** The replica is not called for a while, because of its failures. */
  | { readonly kind: 'ejected'; readonly replica: ReplicaId };
