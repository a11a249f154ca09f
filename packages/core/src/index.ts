export { addTo } from './collections/add-to.js';
export { batchSizes } from './batch-sizes.js';
export { ParetoError, errorCodes, errorText, isDiskFull, publicText, withoutStack, type ErrorCode } from './errors.js';
export { hidePaths } from './texts/hide-paths.js';
export {
  bytes,
  digest,
  hardwareClassId,
  milliseconds,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Bytes,
  type Digest,
  type HardwareClassId,
  type Milliseconds,
  type ReplicaId,
  type UsdPerHour,
  type VariantId,
  type WorkerId,
} from './units.js';
export { systemClock, type Clock } from './clock.js';
export { LinkedQueue, type Linked } from './collections/linked-queue.js';
export { ObjectNumbers } from './collections/object-numbers.js';
export { oncePer } from './collections/once-per.js';
export { SlotList } from './collections/slot-list.js';
export { TimerWheel } from './timer-wheel.js';
export { latencyBucket, latencyQuantile, type LatencyCounts } from './latency-counts.js';
export { cutText } from './texts/cut-text.js';
export { formatDuration, parseDuration } from './texts/duration.js';
export { editDistance } from './texts/edit-distance.js';
export { findMisspelledVariable } from './texts/misspelled-variable.js';
export { nearestName } from './texts/nearest-name.js';
export { formatBytes } from './texts/format-bytes.js';
export { groupBy } from './collections/group-by.js';
export { exactExp, exactLog, halved } from './exact-math.js';
export { type Program, type ProgramColumn, type ProgramRow } from './program.js';
export { createSeededRng, systemRng, type Rng } from './rng.js';
export {
  architectureNameOf,
  checkName,
  formatVariant,
  originalRecipe,
  ownTaskOf,
  parseTarget,
  type Target,
} from './names.js';
export {
  dynamicShapes,
  elementBytes,
  elementCount,
  hasOpenBatch,
  isDataType,
  withLeadingBatch,
  type DataType,
  type Shapes,
  type Signature,
  type TensorSpec,
} from './tensor.js';
export {
  fallbackObjective,
  mergeObjectives,
  resolveObjective,
  type AccuracyBound,
  type Degrade,
  type Objective,
  type PartialObjective,
  type Prefer,
  type ServiceClass,
} from './objective.js';
export {
  dynamicBatch,
  providers,
  recipeOf,
  recipes,
  sessionOptions,
  type GeneratedRecipe,
  type Provider,
  type Recipe,
  type RecipeName,
  type SessionOption,
} from './recipes.js';
export {
  isWarmthRule,
  type Rule,
  type RuleEvent,
  type RuleInForce,
  type SelectionRule,
  type WarmthRule,
} from './rule.js';
export {
  createHardwareClass,
  defaultPrices,
  hardwareClassOf,
  idWithMemory,
  instructionSetOf,
  priceOf,
  type HardwareClass,
  type PriceTable,
  type SlotGroup,
} from './hardware.js';
export {
  defaultMetric,
  floorOf,
  formatDifference,
  formatFloor,
  formatInterval,
  formatValue,
  hasMetricLimit,
  limitedMetric,
  metricFormOf,
  metricForms,
  metrics,
  valueAt,
  type MeasuredBy,
  type Metric,
  type MetricForm,
  type MetricLimits,
} from './metrics.js';
export {
  shownMetric,
  type Accuracy,
  type Architecture,
  type Labels,
  type Manifest,
  type Measurement,
  type ObservedShapes,
  type ShapeBucket,
  type VariantShapes,
  type ModelFile,
  type Profile,
  type ProfilePoint,
  type RecipeOutcome,
  type RowIsolation,
  type SampleScores,
  type Task,
  type Variant,
  type VariantSpec,
  type VersionChange,
} from './registry.js';
export {
  environmentOf,
  verifiedRuntime,
  verifiesRows,
  noCounts,
  type Assignment,
  type BatchCount,
  type InferCounts,
  type LimitCount,
  type ReplicaReport,
  type ReplicaState,
  type TimedCount,
  type TimedPhase,
  type WorkerInfo,
  type ReplicaLoad,
} from './fleet.js';
export { addInferCounts, countedSize, inferCountsSince } from './infer-counts.js';
export {
  type Candidate,
  type CongestionPrices,
  type Exclusion,
  type ReplicaRoute,
  type RoutingTable,
  type TableVersion,
  type TargetEntry,
} from './table.js';
export {
  planGap,
  planSources,
  unmetCauses,
  type DeferredStep,
  type KeptReplica,
  type Plan,
  type PlanAction,
  type PlanCost,
  type PlanQuality,
  type PlanSource,
  type ReplicaCount,
  type UnmetCause,
  type UnmetNeed,
} from './plan.js';
export { copyBytes } from './copy-bytes.js';
export { joinElements } from './join-elements.js';
export { removeRange } from './collections/remove-range.js';
export { sameItems } from './collections/same-items.js';
export { describeLoss, type StoreEvidence, type StoreIntent, type StoreLoss, type StoreVerdict } from './store-loss.js';
export { bootstrap95, percentile, wilson95 } from './statistics.js';
export { keepCodeFlags, v8FlagsOf } from './node-flags.js';
