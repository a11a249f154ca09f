// Original file: protos/pareto/v1/registry.proto

import type { ModelFile as _pareto_v1_ModelFile, ModelFile__Output as _pareto_v1_ModelFile__Output } from '../../pareto/v1/ModelFile.js';

export interface Manifest {
  'files'?: readonly (_pareto_v1_ModelFile)[] | undefined;
}

export interface Manifest__Output {
  'files': (_pareto_v1_ModelFile__Output)[];
}
