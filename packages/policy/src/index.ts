export {
  admit,
  defaultAdmitParams,
  type Admission,
  type AdmitParams,
  type HoldUsage,
  type RefusalCause,
} from './admit/admit.js';
export { createHoldQueue, type HeldEntry, type HoldQueue } from './admit/hold-queue.js';
export {
  createQueryPolicy,
  type Decision,
  type DecisionQuery,
  type QueryPolicy,
  type QueryPolicyParams,
} from './admit/query-policy.js';
export { judgeStore } from './adopt/judge-store.js';
export { planAbsences, planAdoption, type AdoptionSnapshot, type RunningWorker } from './adopt/plan-adoption.js';
export { batchCeiling, usefulBatch } from './batch/batch-ceiling.js';
export { bucketOf } from './batch/bucket-of.js';
export { deadlineAt, dueAt } from './batch/query-times.js';
export { type QueueBounds, type QueuedQuery, type QueueRejection } from './batch/queued-query.js';
export { type QueueEntry } from './batch/query-queue.js';
export { type EndedRun, type ReplicaSettings, type RunningBatch } from './batch/replica-work.js';
export { type SlotEffect } from './batch/slot-effect.js';
export { createSlotScheduler, type SlotScheduler } from './batch/slot-scheduler.js';
export {
  defaultCollectParams,
  planBlobCollection,
  type BlobCollection,
  type CollectableBlob,
  type CollectParams,
} from './collect/plan-blob-collection.js';
export { planUpload, type UploadParams, type UploadPlan } from './collect/plan-upload.js';
export { defaultBucketParams, planBuckets, type BucketParams } from './buckets/plan-buckets.js';
export { deviceMemory, type DeviceMemoryParams } from './share/device-memory.js';
export { maxSharedModels, mayShare, ownerOf } from './share/share-executor.js';
export { costBatch, costOfItems, costPer1k } from './cost/cost-per-1k.js';
export { p50At, p95At, p99At } from './cost/profile-at.js';
export { type DemandEntry, type DemandReport, type LimitCount } from './demand/demand-report.js';
export { type TargetDemand } from './demand/demand-sums.js';
export { createDemandWindow, type DemandWindow } from './demand/demand-window.js';
export {
  defaultAheadParams,
  defaultDemandParams,
  type AheadParams,
  type DemandParams,
} from './demand/demand-params.js';
export { type ActiveReplica } from './demand/live-slowdown.js';
export { objectiveClass, strictestOf } from './demand/objective-class.js';
export { countedRate, noDemand, observeRates } from './demand/steady-demand.js';
export { sumOutcomes, sumRefusals, type TargetOutcomes, type TargetRefusals } from './demand/outcome-sums.js';
export { observeShortages, type Shortages } from './demand/shortages.js';
export { defaultDemandReportParams, planDemandReport, type DemandReportParams } from './demand/plan-demand-report.js';
export { type TargetRates } from './demand/rate-sums.js';
export {
  classifyVariant,
  defaultClassifyParams,
  type ClassifyParams,
  type VariantObservation,
  type VariantState,
} from './lifecycle/classify-variant.js';
export {
  defaultEventLogParams,
  eventWriteDelayMs,
  planEventWrite,
  type EventChunk,
  type EventLogParams,
  type EventWrite,
  type LoggedEntry,
} from './events/plan-event-write.js';
export { expiredPlans, type KeptPlan } from './events/expired-plans.js';
export { forecastOf, noForecast, observeForecast } from './forecast/forecast.js';
export { defaultForecastParams, type ForecastParams } from './forecast/forecast-params.js';
export { type Forecast, type ObservedRate } from './forecast/class-forecast.js';
export { createFleetState, type FleetState } from './fleet/fleet-state.js';
export { observeReplica } from './fleet/observe-replica.js';
export { utilisationOf, type LiveReplica, type LiveReplicas } from './fleet/live-replica.js';
export {
  type SessionEnd,
  type StoredLoad,
  type WorkerLoad,
  type WorkerReport,
  type WorkerSession,
} from './fleet/live-worker.js';
export { planExpiry, type ExpiryPlan } from './fleet/plan-expiry.js';
export { defaultFleetParams, type FleetParams, type Presence } from './fleet/presence.js';
export { isReportDue, messageIntervals, silentMs, type MessageIntervals } from './fleet/message-intervals.js';
export { sameTarget, variantOf, type WorkTarget } from './fleet/work-target.js';
export { frontierOf, type FrontierInput, type FrontierVariant } from './frontier/frontier-of.js';
export { paretoFront, type FrontierPoint } from './frontier/pareto-front.js';
export {
  keptUntilWallMs,
  maxVersionChanges,
  observeUnused,
  planVersionRemoval,
  rollbackError,
  type KeptVersions,
  type UnusedVersions,
} from './lifecycle/kept-versions.js';
export { lastinglyInterfered } from './lifecycle/lasting-interference.js';
export { isQuarantined } from './lifecycle/quarantine.js';
export { rollbackInForce } from './lifecycle/rollback-in-force.js';
export { servedVersion } from './lifecycle/served-version.js';
export { type Rollout } from './lifecycle/rollout.js';
export { transition, type ReplicaEvent, type ReplicaLife } from './lifecycle/replica-lifecycle.js';
export { accuracyOn } from './make/accuracy-on.js';
export { isMeasuredFor } from './make/measured-for.js';
export { fleetClasses, fleetProviders, type FleetClass, type FleetWorker } from './make/fleet-classes.js';
export { listSteps } from './make/list-steps.js';
export { preferredMeasurement } from './make/preferred-measurement.js';
export { isNoisy, repeatAt, replaces } from './make/noisy-measurements.js';
export { type Step } from './make/step.js';
export { missingVariants, variantsOf } from './make/variants-of.js';
export { defaultOrphanParams, planOrphanUnloads, type Orphan, type OrphanParams } from './place/plan-orphan-unloads.js';
export { createContext, type PlanningContext } from './place/context/context.js';
export { measuredFootprint } from './place/context/footprint.js';
export { hostedBy, type SizedOption } from './place/context/hosted-by.js';
export { needSources } from './place/need-sources.js';
export {
  followDemand,
  isSameDemand,
  unfollowedDemand,
  type DemandInput,
  type FollowedDemand,
} from './place/needs/demand/follow-demand.js';
export { createNeed, type Need } from './place/needs/need.js';
export type { NeedSource } from './place/needs/need-source.js';
export { planPlacement } from './place/plan-placement.js';
export { planReplicas } from './place/plan-replicas.js';
export { defaultRestParams, planRest } from './place/plan-rest.js';
export { planTargets } from './place/targets/plan-targets.js';
export type { Target, Targets } from './place/targets/target.js';
export { keepWorkers } from './snapshot/keep-workers.js';
export { type NoisyMeasurements } from './snapshot/noisy.js';
export {
  defaultPlacementParams,
  type MakeTarget,
  type PlacementArchitecture,
  type PlacementParams,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
  type Demand,
  type PlacementWorker,
  type RecentChanges,
} from './snapshot/snapshot.js';
export { noAccuracyMarks, type AccuracyMark } from './snapshot/snapshot.js';
export { packSamples, sampleSetId } from './compare/sample-scores.js';
export {
  areEqual,
  defaultAccuracyParams,
  isMoreAccurate,
  pairedDifference,
  type AccuracyParams,
  type MeasuredAccuracy,
} from './compare/compare-accuracies.js';
export { bootstrapMean95, tango95, type Interval } from './compare/paired-interval.js';
export { rankAccuracies, type RankedVariant } from './compare/rank-accuracies.js';
export { coldVariants, type PlacementWarmthRule } from './snapshot/warmth.js';
export { validatePlan, type ValidatedPlan } from './place/validate/validate-plan.js';
export { markVariants, type Catalogue } from './prune/mark-variants.js';
export { defaultDominationParams, type DominationParams } from './prune/domination-params.js';
export {
  planDomination,
  type Domination,
  type DominationTerms,
  type MeasuredVariant,
} from './prune/plan-domination.js';
export {
  defaultRetryParams,
  refillRetryBudget,
  mayRetry,
  type FailedAttempt,
  type RetryParams,
} from './retry/may-retry.js';
export { planBatchRetry, type BatchRetryPlan, type Batched, type BatchFailure } from './retry/plan-batch-retry.js';
export { latencyLeftMs } from './route/latency-left.js';
export type { PickRequest } from './route/pick-replica.js';
export { createCandidateLoads, loadField, loadFields, type CandidateLoads } from './route/candidate-loads.js';
export { type LoadEffect, type LoadEvent, type QueryEnd } from './route/load-event.js';
export { createReplicaLoads, type ReplicaLoads } from './route/replica-loads.js';
export { defaultRouteParams, type RouteParams } from './route/route-params.js';
export { defaultHoldParams, type HoldParams } from './router/held-queries.js';
export { createRouterDemand, defaultRouterDemandParams, type RouterDemand } from './router/router-demand.js';
export {
  arrivalLogHeader,
  beginsArrivalLog,
  formatArrival,
  formatLostArrivals,
  parseArrivalLine,
  type ArrivalLine,
  type ArrivalOutcome,
  type LoggedArrival,
} from './router/log/arrival-line.js';
export { createLogWriter, type RouterLogWriter } from './router/log/log-writer.js';
export { replayRouterLog, type ReplayedEvent } from './router/log/replay-log.js';
export { type RouterLogHeader, type RouterLogLine } from './router/log/router-log.js';
export { createRouterCore, type OnDecision, type RouterCore, type RouterParams } from './router/router-core.js';
export { type AttemptEnd, type ReportedLoad, type RouterEffect, type RouterEvent } from './router/router-event.js';
export { sentOf, trackQuery, type ArrivedQuery, type HoldEnd, type RouterQuery } from './router/router-query.js';
export { type TargetQuery } from './router/target-query.js';
export { areEqualUpToRounding, areSameBits, type RowOutput, type RowOutputs } from './rows/compare-rows.js';
export {
  createLiveCheckBudget,
  defaultLiveCheckParams,
  halveQueries,
  type LiveCheckBudget,
  type LiveCheckParams,
} from './rows/live-check-budget.js';
export { endSharing, keepLiveVerdict } from './rows/live-verdict.js';
export {
  neighbourKinds,
  planRowRuns,
  type AdversarialRun,
  type NeighbourKind,
  type RowRuns,
} from './rows/plan-row-runs.js';
export { sharedBatchLimit } from './rows/shared-batch-limit.js';
export { trackLag } from './estimate/track-lag.js';
export { exclusionsOf } from './select/exclusions.js';
export { createTargetLister, type TargetLister } from './select/list-targets.js';
export { cheapestFirst } from './select/order.js';
export { nearestFeasible, type Offer } from './select/nearest.js';
export { type Formulated } from './place/solve/formulate.js';
export { solutionOf } from './place/solve/round-solution.js';
export { type Solution } from './snapshot/solution.js';
export { defaultSolveParams, type SolveParams } from './place/solve/solve-params.js';
export { selectVariant, type BusyCandidate, type RefusalReason, type Selection } from './select/select-variant.js';
export { denialOf, isDenied, ruleCovers, rulesText, applicableRules, type RuleSubject } from './select/rules.js';
export { createTrace, tracedCandidates, type DecisionTrace } from './select/trace.js';
export { defaultSelectParams, type SelectionQuery, type SelectParams } from './select/selection-query.js';
export { findVerdict, verdicts } from './select/criteria.js';
export {
  countPing,
  defaultPingParams,
  noPings,
  planLink,
  planPause,
  planPing,
  timedOutPing,
  type PingCounts,
  type PingEnd,
  type PingParams,
  type PlannedPing,
} from './watch/plan-ping.js';
export { whatIf, type WhatIf } from './select/what-if.js';
export { type AssignedReplica, type DesiredReplicas } from './worker/assigned-replica.js';
export { createWorkerLogWriter, type WorkerLogWriter } from './worker/log/log-writer.js';
export { replayWorkerLog } from './worker/log/replay-log.js';
export { type WorkerLogHeader } from './worker/log/worker-log.js';
export { memoryLimit } from './worker/memory-limit.js';
export { pickSlotGroup, type SlotTarget } from './worker/pick-slot-group.js';
export { type LoadFailure } from './worker/plan-reload.js';
export { settingsOf, warmSizes } from './worker/replica-settings.js';
export {
  createWorkerCore,
  defaultWorkerParams,
  type ReplicaStatus,
  type WorkerCore,
  type WorkerCoreOptions,
  type WorkerParams,
} from './worker/worker-core.js';
export { type WorkerEffect, type WorkerEvent } from './worker/worker-event.js';
export { createPreview, type Preview, type PreviewChanges } from './preview/preview.js';
export { type DemandChange } from './preview/change-demand.js';
export { type SettledPlan } from './preview/settle-plan.js';
export {
  createTurnCore,
  defaultTurnParams,
  solvingParams,
  type Observed,
  type TurnCore,
  type TurnParams,
} from './turn/turn-core.js';
export { logTurns } from './turn/log/turn-log.js';
export { replayTurnLog } from './turn/log/replay-turns.js';
