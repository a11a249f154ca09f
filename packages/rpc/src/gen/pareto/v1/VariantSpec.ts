// Original file: protos/pareto/v1/fleet.proto

import type { Manifest as _pareto_v1_Manifest, Manifest__Output as _pareto_v1_Manifest__Output } from '../../pareto/v1/Manifest.js';
import type { Signature as _pareto_v1_Signature, Signature__Output as _pareto_v1_Signature__Output } from '../../pareto/v1/Signature.js';

export interface VariantSpec {
  'variant'?: (string) | undefined;
  'version'?: (number) | undefined;
  'provider'?: (string) | undefined;
  'manifest'?: (_pareto_v1_Manifest | null) | undefined;
  'modelDigest'?: (string) | undefined;
  'signature'?: (_pareto_v1_Signature | null) | undefined;
  'maxBatchSize'?: (number) | undefined;
  'option'?: (string) | undefined;
  'labels'?: ({readonly [key: string]: string}) | undefined;
}

export interface VariantSpec__Output {
  'variant': (string);
  'version': (number);
  'provider': (string);
  'manifest': (_pareto_v1_Manifest__Output | null);
  'modelDigest': (string);
  'signature': (_pareto_v1_Signature__Output | null);
  'maxBatchSize': (number);
  'option': (string);
  'labels': ({[key: string]: string});
}
