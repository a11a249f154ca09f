// Original file: protos/pareto/v1/registry.proto

import type { Manifest as _pareto_v1_Manifest, Manifest__Output as _pareto_v1_Manifest__Output } from '../../pareto/v1/Manifest.js';

export interface RegisterArchitectureRequest {
  'name'?: (string) | undefined;
  'task'?: (string) | undefined;
  'manifest'?: (_pareto_v1_Manifest | null) | undefined;
  'recipes'?: readonly (string)[] | undefined;
  'keepDominated'?: (boolean) | undefined;
  'maxBatchSize'?: (number) | undefined;
  'labels'?: ({readonly [key: string]: string}) | undefined;
  'version'?: (number) | undefined;
  '_maxBatchSize'?: "maxBatchSize" | undefined;
}

export interface RegisterArchitectureRequest__Output {
  'name': (string);
  'task': (string);
  'manifest': (_pareto_v1_Manifest__Output | null);
  'recipes': (string)[];
  'keepDominated': (boolean);
  'maxBatchSize'?: (number);
  'labels': ({[key: string]: string});
  'version': (number);
  '_maxBatchSize'?: "maxBatchSize";
}
