// Original file: protos/pareto/v1/registry.proto

import type { JobStep as _pareto_v1_JobStep, JobStep__Output as _pareto_v1_JobStep__Output } from '../../pareto/v1/JobStep.js';

export interface Job {
  'architecture'?: (string) | undefined;
  'version'?: (number) | undefined;
  'task'?: (string) | undefined;
  'steps'?: readonly (_pareto_v1_JobStep)[] | undefined;
  'done'?: (boolean) | undefined;
}

export interface Job__Output {
  'architecture': (string);
  'version': (number);
  'task': (string);
  'steps': (_pareto_v1_JobStep__Output)[];
  'done': (boolean);
}
