// The state of a variant over all its replicas.

export type VariantState = 'inactive' | 'active' | 'overloaded' | 'interfered';

export interface VariantObservation {
  readonly replicasReady: number;
  /** Share of the replicas' time used by batches over the last few seconds, from 0 to 1. */
  readonly utilisation: number;
  /** Set if a replica is Interfered: its batches take longer than profiled. */
  readonly interfered: boolean;
}

export interface ClassifyParams {
  readonly overloadedUtilisation: number;
}

export const defaultClassifyParams: ClassifyParams = { overloadedUtilisation: 0.9 };

/**
 * Returns `inactive` without a ready replica, `overloaded` if its own load fills its replicas, `interfered` if
 * other load disturbs a replica, otherwise `active`. Source: INFaaS (ATC'21),
 * section 4.
 */
export function classifyVariant(observed: VariantObservation, params: ClassifyParams): VariantState {
  if (observed.replicasReady === 0) return 'inactive';
  if (observed.utilisation >= params.overloadedUtilisation) return 'overloaded';
  return observed.interfered ? 'interfered' : 'active';
}
