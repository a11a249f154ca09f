// Every instrument of every service: name, unit, labels. Durations are in seconds. Labels come from closed sets: names that
// are registered (anything else is counted as `unknown`), states, reasons and status codes; never an id of a request.

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

/** What every service has. */
interface ServiceMetrics extends MetricsText {
  /** Absent without certificates. */
  readonly certificateExpiry: Gauge<'role'>;
}

export interface RouterMetrics extends ServiceMetrics {
  readonly requests: Counter<'target' | 'code'>;
  readonly endToEnd: Histogram<'target'>;
  readonly decisions: Counter<'outcome'>;
  readonly decisionTime: Histogram;
  readonly violations: Counter<'target'>;
  readonly cost: Counter<'target'>;
  readonly retries: Counter<'reason'>;
  readonly held: Gauge;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
  readonly workersLost: Counter<'reason'>;
  readonly tableStaleness: Gauge;
  readonly tableRevision: Gauge;
  readonly replicas: Gauge;
}

export function createRouterMetrics(make: Instruments = createInstruments('router')): RouterMetrics {
  return {
    ...shared(make),
    requests: make.counter('pareto_requests_total', 'Queries answered, by target and gRPC status', ['target', 'code']),
    endToEnd: make.histogram(
      'pareto_request_seconds',
      'From the headers of a query to its last reply byte',
      latencyBuckets,
      ['target'],
    ),
    decisions: make.counter('pareto_decisions_total', 'Decisions, by what came of them', ['outcome']),
    decisionTime: make.histogram('pareto_decision_seconds', 'Time that one decision took', decisionBuckets),
    violations: make.counter('pareto_objective_violations_total', 'Answers later than latency_ms', ['target']),
    cost: make.counter('pareto_cost_usd_total', 'Price of the device time that queries used, in USD', ['target']),
    retries: make.counter('pareto_retries_total', 'Queries sent to another replica', ['reason']),
    held: make.gauge('pareto_held_requests', 'Queries waiting for a cold variant'),
    ...controllerGauges(make),
    workersLost: make.counter('pareto_workers_lost_total', 'Workers put out of use, by what gave them away', [
      'reason',
    ]),
    tableStaleness: make.gauge(
      'pareto_table_staleness_seconds',
      'Time since a controller was last heard, and the age of its own view of the store',
    ),
    tableRevision: make.gauge('pareto_table_revision', 'Revision of the routing table in use'),
    replicas: make.gauge('pareto_callable_replicas', 'Replicas that queries may be sent to'),
  };
}

/** The labels of what bears the names of Triton's metrics, because it means the same; a model is a variant here. */
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
  readonly queuedItems: Gauge<'variant'>;
  readonly replicas: Gauge<'state'>;
  readonly replicaMemory: Gauge<'variant'>;
  readonly executorDeaths: Counter<'reason'>;
  readonly quarantines: Counter<'variant'>;
  readonly busy: Counter;
  readonly controllerConnected: Gauge;
  readonly controllerAge: Gauge;
}

export function createWorkerMetrics(make: Instruments = createInstruments('worker')): WorkerMetrics {
  return {
    ...shared(make),
    requests: make.counter('pareto_requests_total', 'Queries answered, by variant and gRPC status', [
      'variant',
      'code',
    ]),
    succeeded: make.counter('nv_inference_request_success', 'Queries answered', model),
    failed: make.counter(
      'nv_inference_request_failure',
      'Queries that passed all checks, and ended in an error',
      model,
    ),
    items: make.counter('nv_inference_count', 'Items of queries answered', model),
    executions: make.counter('nv_inference_exec_count', 'Batches answered', model),
    requestDuration: make.counter('nv_inference_request_duration_us', 'Time that answered queries took', model),
    queueDuration: make.counter('nv_inference_queue_duration_us', 'Time that answered queries were queued', model),
    computeInputDuration: make.counter(
      'nv_inference_compute_input_duration_us',
      'Time in which their batches were put together',
      model,
    ),
    computeDuration: make.counter('nv_inference_compute_infer_duration_us', 'Time in which their batches ran', model),
    computeOutputDuration: make.counter(
      'nv_inference_compute_output_duration_us',
      'Time in which their batches were taken apart',
      model,
    ),
    queueTime: make.histogram('pareto_queue_seconds', 'Time in the queue of a replica', latencyBuckets, ['variant']),
    computeTime: make.histogram('pareto_compute_seconds', 'Time of a batch in its executor', latencyBuckets, [
      'variant',
    ]),
    batchSize: make.histogram('pareto_batch_size', 'Items per batch', batchBuckets, ['variant']),
    queuedItems: make.gauge('pareto_queued_items', 'Items waiting now', ['variant']),
    replicas: make.gauge('pareto_replicas', 'Replicas by state', ['state']),
    replicaMemory: make.gauge('pareto_replica_memory_bytes', 'Memory held by replicas', ['variant']),
    executorDeaths: make.counter('pareto_executor_deaths_total', 'Executors that ended unasked', ['reason']),
    quarantines: make.counter('pareto_quarantines_total', 'Variants put out of service', ['variant']),
    busy: make.counter('pareto_slot_busy_seconds_total', 'Slot time held by batches'),
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
  readonly planUnmet: Gauge;
  readonly measurements: Counter<'outcome'>;
  readonly outcomes: Counter<'recipe' | 'result'>;
  readonly storeTime: Histogram<'operation'>;
  readonly storeWrites: Counter;
  readonly storeOperations: Counter;
  readonly storeAge: Gauge;
  readonly blobBytes: Counter<'direction'>;
  readonly blobsCollected: Counter<'kind'>;
}

export function createControllerMetrics(make: Instruments = createInstruments('controller')): ControllerMetrics {
  return {
    ...shared(make),
    leader: make.gauge('pareto_leader', '1 while this controller leads'),
    workers: make.gauge('pareto_workers', 'Known workers by state', ['state']),
    routers: make.gauge('pareto_routers', 'Connected routers'),
    replicas: make.gauge('pareto_replicas', 'Replicas by state', ['state']),
    turnTime: make.histogram('pareto_control_turn_seconds', 'Time of one control turn', latencyBuckets),
    planActions: make.counter('pareto_plan_actions_total', 'Actions planned', ['kind']),
    planUnmet: make.gauge('pareto_plan_unmet', 'Wishes of the last plan that could not be met'),
    measurements: make.counter('pareto_measurements_total', 'Measurements that workers reported', ['outcome']),
    outcomes: make.counter('pareto_recipe_outcomes_total', 'Files of models that were made, declined or failed', [
      'recipe',
      'result',
    ]),
    storeTime: make.histogram('pareto_store_seconds', 'Time of a store operation', latencyBuckets, ['operation']),
    storeWrites: make.counter('pareto_store_writes_total', 'Transactions that the leader wrote to the store'),
    storeOperations: make.counter('pareto_store_operations_total', 'Keys that they wrote or deleted'),
    storeAge: make.gauge('pareto_store_age_seconds', 'Time since the store was last heard'),
    blobBytes: make.counter('pareto_blob_bytes_total', 'Bytes of model files taken in, given out and collected', [
      'direction',
    ]),
    blobsCollected: make.counter('pareto_blobs_collected_total', 'Blobs removed because nothing referred to them', [
      'kind',
    ]),
  };
}

/** Of services that follow a controller. */
const controllerGauges = (make: Instruments): Pick<WorkerMetrics, 'controllerConnected' | 'controllerAge'> => ({
  controllerConnected: make.gauge('pareto_controller_connected', '1 while a controller answers'),
  controllerAge: make.gauge('pareto_controller_age_seconds', 'Time since a controller was last heard'),
});

const shared = (make: Instruments): ServiceMetrics => ({
  contentType: make.contentType,
  text: () => make.text(),
  certificateExpiry: make.gauge('pareto_certificate_expiry_seconds', 'Time until the own certificate ends', ['role']),
});
