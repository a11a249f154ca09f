// The state of a variant over all its replicas.

export type VariantState = 'inactive' | 'active' | 'overloaded' | 'interfered';

export interface VariantObservation {
  readonly replicasReady: number;
  /** Share of its replicas' time that batches held, 0 to 1, over the last few seconds. */
  readonly utilisation: number;
  /** Live latency over the profile's, at the batches that ran; 1 when nothing ran. */
  readonly slowdown: number;
}

export interface ClassifyParams {
  readonly overloadedUtilisation: number;
  readonly interferedSlowdown: number;
}

export const defaultClassifyParams: ClassifyParams = { overloadedUtilisation: 0.9, interferedSlowdown: 1.5 };

/**
 * Inactive: nothing ready. Overloaded: its own load fills it. Interfered: slower than its profile without being full,
 * so something else is in the way. Else active. Source: INFaaS (ATC'21), section 4.
 */
export function classifyVariant(observed: VariantObservation, params: ClassifyParams): VariantState {
  if (observed.replicasReady === 0) return 'inactive';
  if (observed.utilisation >= params.overloadedUtilisation) return 'overloaded';
  return observed.slowdown >= params.interferedSlowdown ? 'interfered' : 'active';
}
