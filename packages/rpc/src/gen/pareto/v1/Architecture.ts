// Original file: protos/pareto/v1/registry.proto

import type { Manifest as _pareto_v1_Manifest, Manifest__Output as _pareto_v1_Manifest__Output } from '../../pareto/v1/Manifest.js';
import type { Signature as _pareto_v1_Signature, Signature__Output as _pareto_v1_Signature__Output } from '../../pareto/v1/Signature.js';

export interface Architecture {
  'name'?: (string) | undefined;
  'version'?: (number) | undefined;
  'task'?: (string) | undefined;
  'modelDigest'?: (string) | undefined;
  'manifest'?: (_pareto_v1_Manifest | null) | undefined;
  'signature'?: (_pareto_v1_Signature | null) | undefined;
  'maxBatchSize'?: (number) | undefined;
  'fixedBatch'?: (number) | undefined;
  'recipes'?: readonly (string)[] | undefined;
  'keepDominated'?: (boolean) | undefined;
  'servedVersion'?: (number) | undefined;
  'labels'?: ({readonly [key: string]: string}) | undefined;
}

export interface Architecture__Output {
  'name': (string);
  'version': (number);
  'task': (string);
  'modelDigest': (string);
  'manifest': (_pareto_v1_Manifest__Output | null);
  'signature': (_pareto_v1_Signature__Output | null);
  'maxBatchSize': (number);
  'fixedBatch': (number);
  'recipes': (string)[];
  'keepDominated': (boolean);
  'servedVersion': (number);
  'labels': ({[key: string]: string});
}
