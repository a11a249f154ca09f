export { batchCeiling } from './batch/batch-ceiling.js';
export { costBatch, costPer1k } from './cost/cost-per-1k.js';
export { p50At, p99At, profileAt } from './cost/profile-at.js';
export {
  defaultScaleParams,
  neededReplicas,
  planReplicas,
  type ReplicaPlan,
  type ScaleParams,
  type ScaleState,
  type VariantDemand,
} from './scale/plan-replicas.js';
export {
  defaultPlacementParams,
  type PlacementParams,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
  type PlacementWorker,
} from './place/snapshot.js';
export { planPlacement } from './place/plan-placement.js';
