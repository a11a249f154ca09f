// Parameters of a simulation: those of the policies, and those of the cluster around them.

import {
  defaultAdmitParams,
  defaultHoldParams,
  defaultRetryParams,
  defaultRouteParams,
  defaultRouterDemandParams,
  defaultTurnParams,
  defaultWorkerParams,
  type RouterParams,
  type TurnParams,
  type WorkerParams,
} from '@pareto/policy';

export interface SimulationParams {
  readonly router: RouterParams;
  readonly worker: WorkerParams;
  readonly turn: TurnParams;
  readonly cluster: ClusterParams;
}

/** Parameters of all that no policy decides. */
export interface ClusterParams {
  /** Time of a message between two processes, one way. */
  readonly wayMs: number;
  /** CPU time of a router, and of the front of a worker: its own process, not its executors. Each works on one message after another. */
  readonly router: FrontParams;
  readonly front: FrontParams;
  readonly host: HostParams;
  /** Time that a turn of the control loop takes. */
  readonly turnTime: TurnTime;
  /** Time from a program to its solution. */
  readonly solveMs: number;
  /** Time without queries before the first one, in which replicas that are needed without demand are loaded. */
  readonly warmUpMs: number;
  /** Time after the last query for which the simulation waits for answers. */
  readonly drainMs: number;
}

/** CPU time for a query, in µs. No events are simulated for processes whose times are all 0. */
export interface FrontParams {
  /** Work from the receipt of a query until it is sent on, queued or rejected. */
  readonly receiveUs: number;
  /** Work from the end of a query's batch, or from the receipt of its answer, until the answer is sent. */
  readonly answerUs: number;
  /** Work to send a rejection. */
  readonly rejectUs: number;
}

/** A machine on which all clients, routers and workers of the cluster run, and share its cores. */
export interface HostParams {
  /** Number of cores. 0 if each process has a core of its own. */
  readonly cores: number;
  /** Share by which a run takes longer for each other executor that runs, as long as there are cores for all. */
  readonly interference: number;
  /** Part of each run in which the executor needs no core, in µs: messages between it and the front, whose CPU time is in `FrontParams`. */
  readonly runWaitUs: number;
  /** CPU time of clients for a query, in µs. Latencies do not include it. */
  readonly clientUs: number;
  /** CPU time in addition of a client, a router or a front for a message that finds it without work, in µs. */
  readonly wakeUs: number;
}

/** Time that a turn takes in ms: a part for each turn, for each worker and for each replica. */
export interface TurnTime {
  readonly baseMs: number;
  readonly perWorkerMs: number;
  readonly perReplicaMs: number;
}

const defaultRouterParams: RouterParams = {
  admit: defaultAdmitParams,
  route: defaultRouteParams,
  retry: defaultRetryParams,
  hold: defaultHoldParams,
  demand: defaultRouterDemandParams,
};

export const defaultSimulationParams: SimulationParams = {
  router: defaultRouterParams,
  worker: defaultWorkerParams,
  turn: defaultTurnParams,
  cluster: {
    wayMs: 0.25,
    router: { receiveUs: 0, answerUs: 0, rejectUs: 0 },
    front: { receiveUs: 0, answerUs: 0, rejectUs: 0 },
    host: { cores: 0, interference: 0, runWaitUs: 0, clientUs: 0, wakeUs: 0 },
    // `npm run bench:plan`: 17 to 24 ms for 1,000 workers with 2,000 replicas of 1,000 variants.
    turnTime: { baseMs: 1, perWorkerMs: 0.008, perReplicaMs: 0.008 },
    // Programs of the standard scenario take .05 to .5 s of CPU time, the first one of a process 1.5 s.
    solveMs: 500,
    warmUpMs: 30_000,
    drainMs: 10_000,
  },
};
