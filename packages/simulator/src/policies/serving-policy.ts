// The policy of a simulation: that of production, or a baseline of pure functions in its place.
//
// A baseline plans replicas (`ReplicaPlanner`) and serves queries (`QueryServer`). Its state is its own: the functions `plan` and
// `serve` create it for a run, and it must depend on what they are passed alone. The simulator gives a baseline the exact state of
// the cluster, whereas the routers of production have views that are as stale as real ones. Messages, loads and runs take as long
// for both.

import type { Objective, Prefer, Rng, VariantId, WorkerId, WorkerInfo } from '@pareto/core';
import type { Solver } from '@pareto/solver';
import type { QueryStream } from '@pareto/workload';
import type { Cluster } from '../cluster/cluster.js';
import type { SimulationResult } from '../result/simulation-result.js';
import type { Scenario } from '../scenario/scenario.js';

export type ServingPolicy =
  /**
   * The policies of production, with the parameters of the scenario. `releasesHosts` is that of its placement, and `prefer` replaces the
   * preference of all tasks.
   */
  | {
      readonly kind: 'production';
      readonly name: string;
      /** Set if its targets are greedy, and not solved. */
      readonly isGreedy?: boolean;
      readonly releasesHosts?: boolean;
      readonly prefer?: Prefer;
    }
  /** Another planner, with the routers and workers of production. */
  | { readonly kind: 'planned'; readonly name: string; readonly plan: (setting: PolicySetting) => ReplicaPlanner }
  | {
      readonly kind: 'baseline';
      readonly name: string;
      readonly plan: (setting: PolicySetting) => BaselinePlanner;
      readonly serve: (setting: PolicySetting) => QueryServer;
    }
  /** A policy that knows the whole run, and may simulate it with several policies before it returns one of the results. */
  | {
      readonly kind: 'clairvoyant';
      readonly name: string;
      readonly run: (run: ForeseenRun) => Promise<SimulationResult>;
    };

/** A run that a clairvoyant plans. */
export interface ForeseenRun {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly solver: Solver;
  readonly signal?: AbortSignal;
  /** Simulates the run with a policy, the one at `index` of `count`. */
  readonly simulate: (policy: ServingPolicy, index: number, count: number) => Promise<SimulationResult>;
}

/** The knowledge of a policy when the run begins. */
export interface PolicySetting {
  /** The registry and the fleet at the start. Its profiles have the errors of the scenario. */
  readonly cluster: Cluster;
  readonly streams: readonly QueryStream[];
  /** Objectives of the streams, with the defaults of their tasks. */
  readonly objectives: readonly Objective[];
  readonly durationMs: number;
  /** Time of the first query. Plans begin at 0. */
  readonly warmUpMs: number;
  /** Random numbers of this policy. */
  readonly rng: Rng;
  /** Returns the times at which the queries of a stream will arrive, on the clock of the plans. For a clairvoyant alone. */
  readonly arrivals: (stream: number) => Iterable<number>;
  /** Solver of the run, for a `BaselinePlanner`. Undefined if the run has none. */
  readonly solver: Solver | undefined;
}

/** A replica, as a baseline sees it. The same object for the life of the replica, whose fields change. */
export interface ServingReplica {
  readonly id: string;
  readonly variant: VariantId;
  readonly task: string;
  readonly worker: WorkerInfo;
  /** `draining`: it answers what it has, and gets no more queries. */
  readonly state: 'loading' | 'ready' | 'draining';
  /** Time at which its load ends or ended. */
  readonly readyAt: number;
  /** Queries that wait, in the order of the server. */
  readonly queue: readonly ServingQuery[];
  /** Queries that were sent to it and have not arrived at the worker yet. */
  readonly inFlight: number;
  /** Number of queries in the batch that runs. 0 if none does. */
  readonly running: number;
  /** Expected end of this batch by the profile. */
  readonly expectedEndAt: number;
  /** Queries that were sent to it, and that it answered, since it was loaded. */
  readonly sent: number;
  readonly answered: number;
}

export interface ServingQuery {
  /** Position in `PolicySetting.streams`. */
  readonly stream: number;
  readonly task: string;
  readonly objective: Objective;
  readonly arrivedAt: number;
  /** Latest time for the answer to leave the worker within the latency objective. */
  readonly dueAt: number;
}

/** Number of replicas of a variant that a worker should hold. */
export interface PlannedReplicas {
  readonly variant: VariantId;
  readonly worker: WorkerId;
  readonly count: number;
}

/** The cluster when replicas are planned. */
export interface PlanningView {
  readonly now: number;
  /** Workers that can be used. */
  readonly workers: readonly WorkerInfo[];
  /** All replicas, with those that drain. */
  readonly replicas: readonly ServingReplica[];
  /** Queries of each stream that arrived since the last plan. */
  readonly arrived: readonly number[];
}

export interface ReplicaPlanner {
  /** Time between two plans. */
  readonly everyMs: number;
  /**
   * Returns the replicas that should exist. Others are drained, the youngest first. A load for which a worker has no memory, because
   * others drain, is left out: the next plan may state it again. Undefined leaves all as they are.
   */
  readonly plan: (view: PlanningView) => readonly PlannedReplicas[] | undefined;
}

/**
 * A planner of a baseline, which may solve programs: virtual time stands still until its promise resolves. Its plans must not depend on how
 * long that takes.
 */
export interface BaselinePlanner extends Pick<ReplicaPlanner, 'everyMs'> {
  /** Returns what `ReplicaPlanner.plan` returns. */
  readonly plan: (view: PlanningView) => Planned | Promise<Planned>;
}

type Planned = ReturnType<ReplicaPlanner['plan']>;

/** Outcome of routing a query. */
export type RouteChoice =
  /** The query is queued at the replica, which may still be loading. */
  | { readonly kind: 'send'; readonly replica: ServingReplica }
  /** A replica is loaded, and the query is queued there. It is rejected if the worker lacks memory or the variant is not profiled there. */
  | { readonly kind: 'load'; readonly variant: VariantId; readonly worker: WorkerId }
  | { readonly kind: 'reject' };

/** The use that a replica makes of a slot. Its queue is not empty. */
export type BatchChoice =
  /** Runs the first `count` queries as a batch. */
  | { readonly kind: 'run'; readonly count: number }
  /** Drops the first `count` queries. Then the replica is asked again. */
  | { readonly kind: 'drop'; readonly count: number }
  /** Routes the first `count` queries again. Then the replica is asked again. */
  | { readonly kind: 'move'; readonly count: number }
  /** Gives the slot back, and is asked again at this time, or earlier if a query arrives. */
  | { readonly kind: 'wait'; readonly untilMs: number };

/** A batch that has ended. */
export interface EndedBatch {
  readonly queries: readonly ServingQuery[];
  readonly tookMs: number;
}

export interface QueryServer {
  /** Order of the queues: by time of arrival at the worker if undefined. */
  readonly order?: 'arrival' | 'due';
  /** Decides about a query when it arrives. `replicas` are those of its task that load or are ready. */
  readonly route: (query: ServingQuery, replicas: readonly ServingReplica[], now: number) => RouteChoice;
  /** Decides about a batch. A replica runs one batch at a time. Slots go to the replica whose first query has waited for longest. */
  readonly batch: (replica: ServingReplica, now: number) => BatchChoice;
  /** Called when a batch has ended, for policies that adapt. */
  readonly ended?: (replica: ServingReplica, batch: EndedBatch, now: number) => void;
}
