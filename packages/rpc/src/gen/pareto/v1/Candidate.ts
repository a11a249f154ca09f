// Original file: protos/pareto/v1/inference.proto

import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface Candidate {
  'variant'?: (string);
  'hardwareClass'?: (string);
  'verdict'?: (string);
  'predictedMs'?: (number | string);
  'slackMs'?: (number | string);
  'costPer_1k'?: (number | string);
  'accuracy'?: (_pareto_v1_Accuracy | null);
  'replicasReady'?: (number);
  'detail'?: (string);
}

export interface Candidate__Output {
  'variant': (string);
  'hardwareClass': (string);
  'verdict': (string);
  'predictedMs': (number);
  'slackMs': (number);
  'costPer_1k': (number);
  'accuracy': (_pareto_v1_Accuracy__Output | null);
  'replicasReady': (number);
  'detail': (string);
}
