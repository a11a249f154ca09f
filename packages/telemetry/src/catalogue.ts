// The metrics of all services: name, unit and labels (`labels.ts`). Durations are in seconds. A counter of what happens to queries
// is in one kind of service only, so that a sum over all services counts each once.

import {
  createInstruments,
  type Counter,
  type Gauge,
  type Histogram,
  type Instruments,
  type MetricsText,
} from './instruments.js';
import {
  byAction,
  byBlobKind,
  byCause,
  byDeath,
  byDecision,
  byDirection,
  byHop,
  byLimit,
  byHardwareClass,
  byLoss,
  byMeasurement,
  byModel,
  byOperation,
  byPlanSource,
  byPresence,
  byReach,
  byRecipe,
  byRejection,
  byReplicaState,
  byRetry,
  byRole,
  bySolve,
  byTarget,
  byTargetAndCode,
  byVariant,
  byVariantAndCode,
  byVariantAndState,
} from './labels.js';

const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const decisionBuckets = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128];
/** Ratios of an actual to a predicted value. */
const ratioBuckets = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10];

/** Metrics of the limits on callers. */
export interface LimitMetrics {
  readonly limitsReached: Counter<typeof byLimit>;
  readonly bufferedBytes: Gauge;
  readonly connections: Gauge<typeof byHop>;
  readonly receivedBytes: Counter<typeof byHop>;
  readonly sentBytes: Counter<typeof byHop>;
}

export type ExpiryGauge = Gauge<typeof byRole>;

/** Metrics of every service. */
interface ServiceMetrics extends MetricsText, LimitMetrics {
  /** Has no value without certificates. */
  readonly certificateExpiry: ExpiryGauge;
}

export interface RouterMetrics extends ServiceMetrics {
  readonly requests: Counter<typeof byTargetAndCode>;
  readonly endToEnd: Histogram<typeof byTarget>;
  readonly decisions: Counter<typeof byDecision>;
  readonly decisionTime: Histogram;
  readonly violations: Counter<typeof byTarget>;
  readonly predictionRatio: Histogram<typeof byTarget>;
  readonly cost: Counter<typeof byTarget>;
  readonly retries: Counter<typeof byRetry>;
  readonly held: Gauge;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
  readonly workersLost: Counter<typeof byLoss>;
  readonly replicasEjected: Counter;
  readonly tableStaleness: Gauge;
  readonly tableRevision: Gauge;
  readonly replicas: Gauge;
}

export function createRouterMetrics(make: Instruments = createInstruments('router')): RouterMetrics {
  return {
    ...shared(make, 'router'),
    requests: make.counter(
      'pareto_requests_total',
      'Completed queries, by task, named target and gRPC status',
      byTargetAndCode,
    ),
    endToEnd: make.histogram(
      'pareto_request_seconds',
      'Time from the headers of a query to the last byte of its reply',
      latencyBuckets,
      byTarget,
    ),
    decisions: make.counter('pareto_decisions_total', 'Decisions, by outcome', byDecision),
    decisionTime: make.histogram('pareto_decision_seconds', 'Time of one decision', decisionBuckets),
    violations: make.counter('pareto_objective_violations_total', 'Answers that took longer than latency_ms', byTarget),
    predictionRatio: make.histogram(
      'pareto_prediction_ratio',
      'Latency of queries that were answered by the first replica, divided by the predicted latency',
      ratioBuckets,
      byTarget,
    ),
    cost: make.counter('pareto_cost_usd_total', 'Cost of the device time of queries, in USD', byTarget),
    retries: make.counter('pareto_retries_total', 'Queries retried on another replica, by reason', byRetry),
    held: make.gauge('pareto_held_requests', 'Queries that wait for a cold variant'),
    ...controllerGauges(make),
    workersLost: make.counter('pareto_workers_lost_total', 'Workers marked unreachable, by reason', byLoss),
    replicasEjected: make.counter(
      'pareto_replicas_ejected_total',
      'Replicas that were not called for a while, because their queries failed',
    ),
    tableStaleness: make.gauge(
      'pareto_table_staleness_seconds',
      'Age of the routing table: time since the last message of a controller plus the age of its view of the store',
    ),
    tableRevision: make.gauge('pareto_table_revision', 'Revision of the routing table in use'),
    replicas: make.gauge('pareto_callable_replicas', 'Replicas that can receive queries'),
  };
}

export interface WorkerMetrics extends ServiceMetrics {
  readonly requests: Counter<typeof byVariantAndCode>;
  readonly succeeded: Counter<typeof byModel>;
  readonly failed: Counter<typeof byModel>;
  readonly items: Counter<typeof byModel>;
  readonly executions: Counter<typeof byModel>;
  readonly requestDuration: Counter<typeof byModel>;
  readonly queueDuration: Counter<typeof byModel>;
  readonly computeInputDuration: Counter<typeof byModel>;
  readonly computeDuration: Counter<typeof byModel>;
  readonly computeOutputDuration: Counter<typeof byModel>;
  readonly queueTime: Histogram<typeof byVariant>;
  readonly computeTime: Histogram<typeof byVariant>;
  readonly batchSize: Histogram<typeof byVariant>;
  readonly rejected: Counter<typeof byRejection>;
  readonly queuedItems: Gauge<typeof byVariant>;
  readonly replicas: Gauge<typeof byReplicaState>;
  readonly replicaMemory: Gauge<typeof byVariant>;
  readonly executorDeaths: Counter<typeof byDeath>;
  readonly quarantines: Counter<typeof byVariant>;
  readonly checkedRows: Counter<typeof byVariant>;
  readonly mixedBatches: Counter<typeof byVariant>;
  readonly busy: Counter;
  readonly cacheBytes: Gauge;
  readonly cacheLimit: Gauge;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
}

export function createWorkerMetrics(make: Instruments = createInstruments('worker')): WorkerMetrics {
  return {
    ...shared(make, 'worker'),
    requests: make.counter(
      'pareto_worker_requests_total',
      'Queries of routers that a worker completed, by variant and gRPC status',
      byVariantAndCode,
    ),
    succeeded: make.counter('nv_inference_request_success', 'Queries that succeeded', byModel),
    failed: make.counter(
      'nv_inference_request_failure',
      'Queries that passed all checks but ended with an error',
      byModel,
    ),
    items: make.counter('nv_inference_count', 'Items of successful queries', byModel),
    executions: make.counter('nv_inference_exec_count', 'Batches that succeeded', byModel),
    requestDuration: make.counter(
      'nv_inference_request_duration_us',
      'Total time of successful queries, in microseconds',
      byModel,
    ),
    queueDuration: make.counter(
      'nv_inference_queue_duration_us',
      'Queue time of successful queries, in microseconds',
      byModel,
    ),
    computeInputDuration: make.counter(
      'nv_inference_compute_input_duration_us',
      'Time to assemble the batches of successful queries, in microseconds',
      byModel,
    ),
    computeDuration: make.counter(
      'nv_inference_compute_infer_duration_us',
      'Compute time of the batches of successful queries, in microseconds',
      byModel,
    ),
    computeOutputDuration: make.counter(
      'nv_inference_compute_output_duration_us',
      'Time to split the results of batches into replies, in microseconds',
      byModel,
    ),
    queueTime: make.histogram('pareto_queue_seconds', 'Time in the queue of a replica', latencyBuckets, byVariant),
    computeTime: make.histogram('pareto_compute_seconds', 'Time of a batch in its executor', latencyBuckets, byVariant),
    batchSize: make.histogram('pareto_batch_size', 'Items per batch', batchBuckets, byVariant),
    rejected: make.counter(
      'pareto_unstarted_queries_total',
      'Queries that a replica accepted but did not run, by reason',
      byRejection,
    ),
    queuedItems: make.gauge('pareto_queued_items', 'Items in the queues of replicas', byVariant),
    replicas: make.gauge('pareto_worker_replicas', 'Replicas of the worker, by state', byReplicaState),
    replicaMemory: make.gauge('pareto_replica_memory_bytes', 'Memory of replicas, by variant', byVariant),
    executorDeaths: make.counter(
      'pareto_executor_deaths_total',
      'Executor processes that exited unexpectedly, by reason',
      byDeath,
    ),
    quarantines: make.counter(
      'pareto_quarantines_total',
      'Variants quarantined because queries repeatedly killed their executors',
      byVariant,
    ),
    checkedRows: make.counter(
      'pareto_checked_rows_total',
      'Rows of shared batches that ran again and got the same outputs without the other queries',
      byVariant,
    ),
    mixedBatches: make.counter(
      'pareto_mixed_batches_total',
      'Shared batches in which a check found that queries influenced each other, which ends the sharing for the variant',
      byVariant,
    ),
    busy: make.counter('pareto_slot_busy_seconds_total', 'Device slot time used by batches'),
    cacheBytes: make.gauge('pareto_cache_bytes', 'Size of the model files in the cache on disk'),
    cacheLimit: make.gauge('pareto_cache_limit_bytes', 'Size at which unused files leave the cache (--cache-size)'),
    ...controllerGauges(make),
  };
}

export interface ControllerMetrics extends ServiceMetrics {
  readonly leader: Gauge;
  readonly workers: Gauge<typeof byPresence>;
  readonly routers: Gauge;
  readonly replicas: Gauge<typeof byVariantAndState>;
  readonly replicasWanted: Gauge<typeof byVariant>;
  readonly turnTime: Histogram;
  readonly planActions: Counter<typeof byAction>;
  readonly planUnmet: Gauge<typeof byCause>;
  readonly planSource: Gauge<typeof byPlanSource>;
  /** NaN without a bound. */
  readonly planGap: Gauge;
  readonly planAge: Gauge;
  readonly congestion: Gauge<typeof byHardwareClass>;
  readonly solveTime: Histogram<typeof bySolve>;
  readonly measurements: Counter<typeof byMeasurement>;
  readonly outcomes: Counter<typeof byRecipe>;
  readonly storeTime: Histogram<typeof byOperation>;
  readonly storeWrites: Counter;
  readonly storeOperations: Counter;
  readonly storeAge: Gauge;
  readonly storeLost: Gauge;
  readonly storeMembers: Gauge<typeof byReach>;
  readonly backupAge: Gauge;
  readonly blobBytes: Counter<typeof byDirection>;
  readonly blobsCollected: Counter<typeof byBlobKind>;
}

export function createControllerMetrics(make: Instruments = createInstruments('controller')): ControllerMetrics {
  return {
    ...shared(make, 'controller'),
    leader: make.gauge('pareto_leader', '1 while this controller leads'),
    workers: make.gauge(
      'pareto_workers',
      'Known workers: connected, awaited, departed (stopped as planned) or gone',
      byPresence,
    ),
    routers: make.gauge('pareto_routers', 'Connected routers'),
    replicas: make.gauge('pareto_replicas', 'Replicas of connected workers, by variant and state', byVariantAndState),
    replicasWanted: make.gauge('pareto_replicas_wanted', 'Replicas that the plan assigns to workers', byVariant),
    turnTime: make.histogram('pareto_control_turn_seconds', 'Time of one control turn', latencyBuckets),
    planActions: make.counter('pareto_plan_actions_total', 'Planned actions, by kind', byAction),
    planUnmet: make.gauge('pareto_plan_unmet', 'Needs that the last plan could not meet, by what they lack', byCause),
    planSource: make.gauge('pareto_plan_source', '1 for the source of the last plan, 0 for the others', byPlanSource),
    planGap: make.gauge(
      'pareto_plan_gap',
      "Part of the last plan's USD per hour that is above the proven bound for the planned rates; NaN if the plan is greedy or stale, or if this controller does not lead",
    ),
    planAge: make.gauge(
      'pareto_plan_age_seconds',
      'Time since the snapshot from which the targets of the last plan were computed or confirmed; NaN if this controller does not lead',
    ),
    congestion: make.gauge(
      'pareto_congestion_usd_per_hour',
      'What a slot more of a hardware class is worth beyond its price; missing while the slots suffice',
      byHardwareClass,
    ),
    solveTime: make.histogram(
      'pareto_plan_solve_seconds',
      'Time to solve a program that chooses the targets, by outcome',
      latencyBuckets,
      bySolve,
    ),
    measurements: make.counter(
      'pareto_measurements_total',
      'Measurements reported by workers, by outcome',
      byMeasurement,
    ),
    outcomes: make.counter('pareto_recipe_outcomes_total', 'Results of generating model files, by recipe', byRecipe),
    storeTime: make.histogram('pareto_store_seconds', 'Time of a store operation', latencyBuckets, byOperation),
    storeWrites: make.counter('pareto_store_writes_total', 'Transactions written to the store by the leader'),
    storeOperations: make.counter('pareto_store_operations_total', 'Keys written or deleted by these transactions'),
    storeAge: make.gauge('pareto_store_age_seconds', 'Time since the last response or event of the store'),
    storeLost: make.gauge('pareto_store_lost', '1 while the store is not used because it lost data'),
    storeMembers: make.gauge('pareto_store_members', 'Members of etcd that this controller reaches or not', byReach),
    backupAge: make.gauge(
      'pareto_backup_age_seconds',
      'Time since the last backup to --backup-file; +Inf before the first one, NaN without --backup-file',
    ),
    blobBytes: make.counter(
      'pareto_blob_bytes_total',
      'Bytes of model files uploaded, downloaded and collected',
      byDirection,
    ),
    blobsCollected: make.counter(
      'pareto_blobs_collected_total',
      'Blobs removed because nothing references them',
      byBlobKind,
    ),
  };
}

/** Creates the gauges of services that follow a controller. */
const controllerGauges = (make: Instruments): Pick<WorkerMetrics, 'controllerConnected' | 'controllerAge'> => ({
  controllerConnected: make.gauge('pareto_controller_connected', '1 while a controller is connected'),
  controllerAge: make.gauge('pareto_controller_age_seconds', 'Time since the last message of a controller'),
});

const shared = (make: Instruments, service: 'router' | 'worker' | 'controller'): ServiceMetrics => ({
  contentType: make.contentType,
  text: () => make.text(),
  certificateExpiry: make.gauge(
    'pareto_certificate_expiry_seconds',
    "Time until the service's certificate expires",
    byRole,
  ),
  limitsReached: make.counter(
    'pareto_limits_reached_total',
    'Calls and connections that reached a limit, by limit',
    byLimit,
  ),
  bufferedBytes: make.gauge('pareto_buffered_bytes', 'Size of the requests and replies that the process holds'),
  connections: make.gauge('pareto_connections', 'Open connections of clients, by transport', byHop),
  receivedBytes: make.counter(
    `pareto_${service}_received_bytes_total`,
    `Bytes that the ${service} received from its clients, by transport`,
    byHop,
  ),
  sentBytes: make.counter(
    `pareto_${service}_sent_bytes_total`,
    `Bytes that the ${service} sent to its clients, by transport`,
    byHop,
  ),
});
