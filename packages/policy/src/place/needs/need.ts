// A need for replicas of one variant, as a source states it.

import type { Milliseconds, UnmetCause, VariantId } from '@pareto/core';
import type { Versions } from '../../snapshot/versions.js';
import type { Option } from '../context/options.js';
import type { Share } from '../context/share.js';

/** Reason for which a need is not met. */
export interface Problem {
  readonly cause: UnmetCause;
  readonly text: string;
}

/** Causes of needs that later plans meet without a change of the fleet: their replicas have a place. */
export const waitingCauses: readonly UnmetCause[] = ['loading', 'eviction', 'residency'];

export interface Need {
  readonly variant: VariantId;
  /** Options of the variant, the cheapest class first. Empty if it can't be loaded; `problem` has the reason then. */
  readonly options: readonly Option[];
  /** Number of replicas, or the items per second that they must answer. */
  readonly amount: { readonly replicas: number } | { readonly itemsPerSecond: number };
  /** Replicas and load by class, if a solution states them. Undefined if they follow from the amount. */
  readonly shares: readonly Share[] | undefined;
  readonly reason: string;
  /** Reason why the variant can't be loaded. Undefined if it can, or if that needs no report. */
  readonly problem: Problem | undefined;
  /** Target of the rule that keeps the variant warm. Undefined if there is no such rule. */
  readonly warmTarget: string | undefined;
  /** Set if replicas that only less important needs keep may be evicted for this need, and not only those that give way. */
  readonly evicts: boolean;
  /** Set if a replica may be on a worker that a solution leaves empty, where the others have no room. */
  readonly opensWorkers: boolean;
  /**
   * Whether a replica may be loaded on a worker from which the variant was evicted shortly before: by evictions there, too,
   * only into free memory, or not at all.
   */
  readonly returns: 'evicting' | 'free' | 'no';
  /** Time for which the variant does not return to such a worker. `returnMs` of the parameters if undefined. */
  readonly returnMs: Milliseconds | undefined;
  /**
   * Set if each replica must be on another worker, so that the loss of one does not affect all. It is loaded only where no
   * other replica is loading or leaving.
   */
  readonly spread: boolean;
  /**
   * Part of a worker's memory, and of a device's, that stays free where a replica is loaded. If it is above 0, replicas are loaded one at a
   * time on a worker where no other is loading or leaving, and give way to all that is more important.
   */
  readonly leavesFree: number;
  /**
   * Versions of the variant's architecture, if replicas of the served one may be evicted for the next one as the last
   * resort. Undefined otherwise.
   */
  readonly replaces: Versions | undefined;
}

type NeedFields = Partial<Omit<Need, 'variant' | 'options'>> & Pick<Need, 'reason'>;

/** Creates a need for one replica that may evict others, except where `fields` says otherwise. */
export function createNeed(variant: VariantId, options: readonly Option[], fields: NeedFields): Need {
  const { reason, problem, warmTarget, returnMs, replaces, shares } = fields;
  const { amount = { replicas: 1 }, evicts = true, returns = 'no', spread = false } = fields;
  const { opensWorkers = true, leavesFree = 0 } = fields;
  return {
    variant,
    options,
    amount,
    shares,
    reason,
    problem,
    warmTarget,
    evicts,
    opensWorkers,
    returns,
    returnMs,
    spread,
    leavesFree,
    replaces,
  };
}
