// The state of a variant over all its replicas.

export type VariantState = 'inactive' | 'active' | 'overloaded' | 'interfered';

export interface VariantObservation {
  readonly replicasReady: number;
  /** Share of the replicas' time used by batches over the last few seconds, from 0 to 1. */
  readonly utilisation: number;
  /** Live latency divided by the profile's for the same batches. 1 if no batch ran. */
  readonly slowdown: number;
}

export interface ClassifyParams {
  readonly overloadedUtilisation: number;
  readonly interferedSlowdown: number;
}

export const defaultClassifyParams: ClassifyParams = { overloadedUtilisation: 0.9, interferedSlowdown: 1.5 };

/**
 * Returns `inactive` without a ready replica, `overloaded` if its own load fills its replicas, `interfered` if it is
 * slower than its profile without being full (so other load disturbs it), otherwise `active`. Source: INFaaS (ATC'21),
 * section 4.
 */
export function classifyVariant(observed: VariantObservation, params: ClassifyParams): VariantState {
  if (observed.replicasReady === 0) return 'inactive';
  if (observed.utilisation >= params.overloadedUtilisation) return 'overloaded';
  return observed.slowdown >= params.interferedSlowdown ? 'interfered' : 'active';
}
