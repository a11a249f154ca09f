// Original file: protos/pareto/v1/fleet.proto

import type { Worker as _pareto_v1_Worker, Worker__Output as _pareto_v1_Worker__Output } from '../../pareto/v1/Worker.js';

export interface ListWorkersResponse {
  'workers'?: readonly (_pareto_v1_Worker)[] | undefined;
}

export interface ListWorkersResponse__Output {
  'workers': (_pareto_v1_Worker__Output)[];
}
