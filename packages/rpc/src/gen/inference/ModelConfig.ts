// Original file: protos/inference.proto

import type { ModelVersionPolicy as _inference_ModelVersionPolicy, ModelVersionPolicy__Output as _inference_ModelVersionPolicy__Output } from '../inference/ModelVersionPolicy.js';
import type { ModelInput as _inference_ModelInput, ModelInput__Output as _inference_ModelInput__Output } from '../inference/ModelInput.js';
import type { ModelOutput as _inference_ModelOutput, ModelOutput__Output as _inference_ModelOutput__Output } from '../inference/ModelOutput.js';
import type { ModelInstanceGroup as _inference_ModelInstanceGroup, ModelInstanceGroup__Output as _inference_ModelInstanceGroup__Output } from '../inference/ModelInstanceGroup.js';
import type { ModelDynamicBatching as _inference_ModelDynamicBatching, ModelDynamicBatching__Output as _inference_ModelDynamicBatching__Output } from '../inference/ModelDynamicBatching.js';
import type { ModelParameter as _inference_ModelParameter, ModelParameter__Output as _inference_ModelParameter__Output } from '../inference/ModelParameter.js';
import type { ModelTransactionPolicy as _inference_ModelTransactionPolicy, ModelTransactionPolicy__Output as _inference_ModelTransactionPolicy__Output } from '../inference/ModelTransactionPolicy.js';

export interface ModelConfig {
  'name'?: (string) | undefined;
  'platform'?: (string) | undefined;
  'versionPolicy'?: (_inference_ModelVersionPolicy | null) | undefined;
  'maxBatchSize'?: (number) | undefined;
  'input'?: readonly (_inference_ModelInput)[] | undefined;
  'output'?: readonly (_inference_ModelOutput)[] | undefined;
  'instanceGroup'?: readonly (_inference_ModelInstanceGroup)[] | undefined;
  'defaultModelFilename'?: (string) | undefined;
  'dynamicBatching'?: (_inference_ModelDynamicBatching | null) | undefined;
  'parameters'?: ({readonly [key: string]: _inference_ModelParameter}) | undefined;
  'backend'?: (string) | undefined;
  'modelTransactionPolicy'?: (_inference_ModelTransactionPolicy | null) | undefined;
  'schedulingChoice'?: "dynamicBatching" | undefined;
}

export interface ModelConfig__Output {
  'name': (string);
  'platform': (string);
  'versionPolicy': (_inference_ModelVersionPolicy__Output | null);
  'maxBatchSize': (number);
  'input': (_inference_ModelInput__Output)[];
  'output': (_inference_ModelOutput__Output)[];
  'instanceGroup': (_inference_ModelInstanceGroup__Output)[];
  'defaultModelFilename': (string);
  'dynamicBatching'?: (_inference_ModelDynamicBatching__Output | null);
  'parameters': ({[key: string]: _inference_ModelParameter__Output});
  'backend': (string);
  'modelTransactionPolicy': (_inference_ModelTransactionPolicy__Output | null);
  'schedulingChoice'?: "dynamicBatching";
}
