// Original file: protos/pareto/v1/registry.proto

import type { Job as _pareto_v1_Job, Job__Output as _pareto_v1_Job__Output } from '../../pareto/v1/Job.js';

export interface JobsResponse {
  'jobs'?: readonly (_pareto_v1_Job)[] | undefined;
}

export interface JobsResponse__Output {
  'jobs': (_pareto_v1_Job__Output)[];
}
