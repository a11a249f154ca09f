// Original file: protos/pareto/v1/routes.proto

import type { ReachedWorker as _pareto_v1_ReachedWorker, ReachedWorker__Output as _pareto_v1_ReachedWorker__Output } from '../../pareto/v1/ReachedWorker.js';

export interface WorkerReach {
  'workers'?: readonly (_pareto_v1_ReachedWorker)[] | undefined;
}

export interface WorkerReach__Output {
  'workers': (_pareto_v1_ReachedWorker__Output)[];
}
