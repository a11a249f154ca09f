// The metrics of all services: name, unit and labels. Durations are in seconds. Label values come from closed sets: registered
// names (any other is counted as `unknown`), states, reasons and status codes. A request id is never a label.

import {
  createInstruments,
  type Counter,
  type Gauge,
  type Histogram,
  type Instruments,
  type MetricsText,
} from './instruments.js';

const latencyBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const decisionBuckets = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128];
/** Ratios of an actual to a predicted value. */
const ratioBuckets = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10];

/** Metrics of the limits on callers. */
export interface LimitMetrics {
  readonly limitsReached: Counter<'limit'>;
  readonly bufferedBytes: Gauge;
  readonly connections: Gauge<'hop'>;
  readonly receivedBytes: Counter<'hop'>;
  readonly sentBytes: Counter<'hop'>;
}

/** Metrics of every service. */
interface ServiceMetrics extends MetricsText, LimitMetrics {
  /** Has no value without certificates. */
  readonly certificateExpiry: Gauge<'role'>;
}

export interface RouterMetrics extends ServiceMetrics {
  readonly requests: Counter<'target' | 'code'>;
  readonly endToEnd: Histogram<'target'>;
  readonly decisions: Counter<'outcome'>;
  readonly decisionTime: Histogram;
  readonly violations: Counter<'target'>;
  readonly predictionRatio: Histogram<'target'>;
  readonly cost: Counter<'target'>;
  readonly retries: Counter<'reason'>;
  readonly held: Gauge;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
  readonly workersLost: Counter<'reason'>;
  readonly replicasEjected: Counter;
  readonly tableStaleness: Gauge;
  readonly tableRevision: Gauge;
  readonly replicas: Gauge;
}

export function createRouterMetrics(make: Instruments = createInstruments('router')): RouterMetrics {
  return {
    ...shared(make),
    requests: make.counter('pareto_requests_total', 'Completed queries, by target and gRPC status', ['target', 'code']),
    endToEnd: make.histogram(
      'pareto_request_seconds',
      'Time from the headers of a query to the last byte of its reply',
      latencyBuckets,
      ['target'],
    ),
    decisions: make.counter('pareto_decisions_total', 'Decisions, by outcome', ['outcome']),
    decisionTime: make.histogram('pareto_decision_seconds', 'Time of one decision', decisionBuckets),
    violations: make.counter('pareto_objective_violations_total', 'Answers that took longer than latency_ms', [
      'target',
    ]),
    predictionRatio: make.histogram(
      'pareto_prediction_ratio',
      'Latency of queries that were answered by the first replica, divided by the predicted latency',
      ratioBuckets,
      ['target'],
    ),
    cost: make.counter('pareto_cost_usd_total', 'Cost of the device time of queries, in USD', ['target']),
    retries: make.counter('pareto_retries_total', 'Queries retried on another replica, by reason', ['reason']),
    held: make.gauge('pareto_held_requests', 'Queries that wait for a cold variant'),
    ...controllerGauges(make),
    workersLost: make.counter('pareto_workers_lost_total', 'Workers marked unreachable, by reason', ['reason']),
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

/** Labels of the metrics that have the names and meanings of Triton's. A model in Triton is a variant here. */
type Model = 'model' | 'version';
const model: readonly Model[] = ['model', 'version'];

export interface WorkerMetrics extends ServiceMetrics {
  readonly requests: Counter<'variant' | 'code'>;
  readonly succeeded: Counter<Model>;
  readonly failed: Counter<Model>;
  readonly items: Counter<Model>;
  readonly executions: Counter<Model>;
  readonly requestDuration: Counter<Model>;
  readonly queueDuration: Counter<Model>;
  readonly computeInputDuration: Counter<Model>;
  readonly computeDuration: Counter<Model>;
  readonly computeOutputDuration: Counter<Model>;
  readonly queueTime: Histogram<'variant'>;
  readonly computeTime: Histogram<'variant'>;
  readonly batchSize: Histogram<'variant'>;
  readonly rejected: Counter<'variant' | 'reason'>;
  readonly queuedItems: Gauge<'variant'>;
  readonly replicas: Gauge<'state'>;
  readonly replicaMemory: Gauge<'variant'>;
  readonly executorDeaths: Counter<'reason'>;
  readonly quarantines: Counter<'variant'>;
  readonly checkedRows: Counter<'variant'>;
  readonly mixedBatches: Counter<'variant'>;
  readonly busy: Counter;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
}

export function createWorkerMetrics(make: Instruments = createInstruments('worker')): WorkerMetrics {
  return {
    ...shared(make),
    requests: make.counter('pareto_requests_total', 'Completed queries, by variant and gRPC status', [
      'variant',
      'code',
    ]),
    succeeded: make.counter('nv_inference_request_success', 'Queries that succeeded', model),
    failed: make.counter(
      'nv_inference_request_failure',
      'Queries that passed all checks but ended with an error',
      model,
    ),
    items: make.counter('nv_inference_count', 'Items of successful queries', model),
    executions: make.counter('nv_inference_exec_count', 'Batches that succeeded', model),
    requestDuration: make.counter(
      'nv_inference_request_duration_us',
      'Total time of successful queries, in microseconds',
      model,
    ),
    queueDuration: make.counter(
      'nv_inference_queue_duration_us',
      'Queue time of successful queries, in microseconds',
      model,
    ),
    computeInputDuration: make.counter(
      'nv_inference_compute_input_duration_us',
      'Time to assemble the batches of successful queries, in microseconds',
      model,
    ),
    computeDuration: make.counter(
      'nv_inference_compute_infer_duration_us',
      'Compute time of the batches of successful queries, in microseconds',
      model,
    ),
    computeOutputDuration: make.counter(
      'nv_inference_compute_output_duration_us',
      'Time to split the results of batches into replies, in microseconds',
      model,
    ),
    queueTime: make.histogram('pareto_queue_seconds', 'Time in the queue of a replica', latencyBuckets, ['variant']),
    computeTime: make.histogram('pareto_compute_seconds', 'Time of a batch in its executor', latencyBuckets, [
      'variant',
    ]),
    batchSize: make.histogram('pareto_batch_size', 'Items per batch', batchBuckets, ['variant']),
    rejected: make.counter(
      'pareto_unstarted_queries_total',
      'Queries that a replica accepted but did not run, by reason',
      ['variant', 'reason'],
    ),
    queuedItems: make.gauge('pareto_queued_items', 'Items in the queues of replicas', ['variant']),
    replicas: make.gauge('pareto_replicas', 'Replicas by state', ['state']),
    replicaMemory: make.gauge('pareto_replica_memory_bytes', 'Memory of replicas, by variant', ['variant']),
    executorDeaths: make.counter(
      'pareto_executor_deaths_total',
      'Executor processes that exited unexpectedly, by reason',
      ['reason'],
    ),
    quarantines: make.counter(
      'pareto_quarantines_total',
      'Variants quarantined because queries repeatedly killed their executors',
      ['variant'],
    ),
    checkedRows: make.counter(
      'pareto_checked_rows_total',
      'Rows of shared batches that ran again and got the same outputs without the other queries',
      ['variant'],
    ),
    mixedBatches: make.counter(
      'pareto_mixed_batches_total',
      'Shared batches in which a check found that queries influenced each other, which ends the sharing for the variant',
      ['variant'],
    ),
    busy: make.counter('pareto_slot_busy_seconds_total', 'Device slot time used by batches'),
    ...controllerGauges(make),
  };
}

export interface ControllerMetrics extends ServiceMetrics {
  readonly leader: Gauge;
  readonly workers: Gauge<'state'>;
  readonly routers: Gauge;
  readonly replicas: Gauge<'state'>;
  readonly turnTime: Histogram;
  readonly planActions: Counter<'kind'>;
  readonly planUnmet: Gauge<'reason'>;
  readonly measurements: Counter<'outcome'>;
  readonly outcomes: Counter<'recipe' | 'result'>;
  readonly storeTime: Histogram<'operation'>;
  readonly storeWrites: Counter;
  readonly storeOperations: Counter;
  readonly storeAge: Gauge;
  readonly storeLost: Gauge;
  readonly storeMembers: Gauge<'state'>;
  readonly backupAge: Gauge;
  readonly blobBytes: Counter<'direction'>;
  readonly blobsCollected: Counter<'kind'>;
}

export function createControllerMetrics(make: Instruments = createInstruments('controller')): ControllerMetrics {
  return {
    ...shared(make),
    leader: make.gauge('pareto_leader', '1 while this controller leads'),
    workers: make.gauge('pareto_workers', 'Known workers: connected, awaited, departed (stopped as planned) or gone', [
      'state',
    ]),
    routers: make.gauge('pareto_routers', 'Connected routers'),
    replicas: make.gauge('pareto_replicas', 'Replicas by state', ['state']),
    turnTime: make.histogram('pareto_control_turn_seconds', 'Time of one control turn', latencyBuckets),
    planActions: make.counter('pareto_plan_actions_total', 'Planned actions, by kind', ['kind']),
    planUnmet: make.gauge('pareto_plan_unmet', 'Needs that the last plan could not meet, by what they lack', [
      'reason',
    ]),
    measurements: make.counter('pareto_measurements_total', 'Measurements reported by workers, by outcome', [
      'outcome',
    ]),
    outcomes: make.counter('pareto_recipe_outcomes_total', 'Results of generating model files, by recipe', [
      'recipe',
      'result',
    ]),
    storeTime: make.histogram('pareto_store_seconds', 'Time of a store operation', latencyBuckets, ['operation']),
    storeWrites: make.counter('pareto_store_writes_total', 'Transactions written to the store by the leader'),
    storeOperations: make.counter('pareto_store_operations_total', 'Keys written or deleted by these transactions'),
    storeAge: make.gauge('pareto_store_age_seconds', 'Time since the last response or event of the store'),
    storeLost: make.gauge('pareto_store_lost', '1 while the store is not used because it lost data'),
    storeMembers: make.gauge('pareto_store_members', 'Members of etcd that this controller reaches or not', ['state']),
    backupAge: make.gauge(
      'pareto_backup_age_seconds',
      'Time since the last backup to --backup-file; +Inf before the first one, NaN without --backup-file',
    ),
    blobBytes: make.counter('pareto_blob_bytes_total', 'Bytes of model files uploaded, downloaded and collected', [
      'direction',
    ]),
    blobsCollected: make.counter('pareto_blobs_collected_total', 'Blobs removed because nothing references them', [
      'kind',
    ]),
  };
}

/** Creates the gauges of services that follow a controller. */
const controllerGauges = (make: Instruments): Pick<WorkerMetrics, 'controllerConnected' | 'controllerAge'> => ({
  controllerConnected: make.gauge('pareto_controller_connected', '1 while a controller is connected'),
  controllerAge: make.gauge('pareto_controller_age_seconds', 'Time since the last message of a controller'),
});

const shared = (make: Instruments): ServiceMetrics => ({
  contentType: make.contentType,
  text: () => make.text(),
  certificateExpiry: make.gauge('pareto_certificate_expiry_seconds', "Time until the service's certificate expires", [
    'role',
  ]),
  limitsReached: make.counter('pareto_limits_reached_total', 'Calls and connections that reached a limit, by limit', [
    'limit',
  ]),
  bufferedBytes: make.gauge('pareto_buffered_bytes', 'Size of the requests and replies that the process holds'),
  connections: make.gauge('pareto_connections', 'Open connections of clients, by transport', ['hop']),
  receivedBytes: make.counter('pareto_received_bytes_total', 'Bytes received from clients, by transport', ['hop']),
  sentBytes: make.counter('pareto_sent_bytes_total', 'Bytes sent to clients, by transport', ['hop']),
});
