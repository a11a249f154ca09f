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
  /** Time that a turn of the control loop takes. */
  readonly turnTime: TurnTime;
  /** Time without queries before the first one, in which replicas that are needed without demand are loaded. */
  readonly warmUpMs: number;
  /** Time after the last query for which the simulation waits for answers. */
  readonly drainMs: number;
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
    // `npm run bench:plan`: 17 to 24 ms for 1,000 workers with 2,000 replicas of 1,000 variants.
    turnTime: { baseMs: 1, perWorkerMs: 0.008, perReplicaMs: 0.008 },
    warmUpMs: 30_000,
    drainMs: 10_000,
  },
};
