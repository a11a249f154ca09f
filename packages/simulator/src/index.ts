export { createCluster, hardwareClassNamed, type Cluster } from './cluster/cluster.js';
export { profileOf, variantWithId } from './cluster/registry.js';
export { createPlanner, type Planner, type Turn } from './control/planner.js';
export { startCluster, type ClusterOptions } from './control/start-cluster.js';
export { createEventQueue, type EventQueue } from './events/event-queue.js';
export {
  type BaselinePlanner,
  type BatchChoice,
  type EndedBatch,
  type PlannedReplicas,
  type PlanningView,
  type PolicySetting,
  type QueryServer,
  type ReplicaPlanner,
  type RouteChoice,
  type ServingPolicy,
  type ServingQuery,
  type ServingReplica,
} from './policies/serving-policy.js';
export { createTransport, type Transport, type TransportParams } from './processes/transport.js';
export { readCluster, type ClusterListings } from './profiles/read-cluster.js';
export { policies, policyNamed, policyNames, productionPolicyNames } from './baselines/policies.js';
export { type RecordedStream } from './replay/arrival-streams.js';
export { readReplay, type Replay } from './replay/replay-scenarios.js';
export { readScenarioFile, type ScenarioFile } from './scenario-file/read-scenario-file.js';
export { type Counts, type SimulationResult, type Totals, type VariantSeries } from './result/simulation-result.js';
export { type Fault } from './scenario/fault.js';
export { type SimulatedClass, type SimulatedFleet, type SimulatedWorkers } from './scenario/fleet.js';
export {
  type BatchPoint,
  type SimulatedRegistry,
  type SimulatedTask,
  type SimulatedVariant,
  type VariantProfile,
} from './scenario/registry.js';
export {
  defaultSimulationParams,
  type ClusterParams,
  type FrontParams,
  type HostParams,
  type SimulationParams,
  type TurnTime,
} from './scenario/params.js';
export { type AssignedVariant, type Scenario } from './scenario/scenario.js';
export { createNetwork, type Network, type NetworkOptions } from './serving/network.js';
export { type ClientQuery, type QueryEnd } from './serving/query.js';
export { type SettledQuery } from './serving/router.js';
export { createWorker, type ServiceTimes, type Worker, type WorkerOptions } from './serving/worker.js';
export { type StartedCluster } from './serving/started-cluster.js';
export { simulate, type SimulateOptions, type SimulationProgress } from './simulate/simulate.js';
export { readStandardFiles } from './standard/read-standard-files.js';
export { readStandardPart } from './standard/read-standard-part.js';
export { createStandardScenario, type StandardFiles, type StandardScenario } from './standard/standard-scenario.js';
export { createTimeTable, drawTime } from './times/time-table.js';
