// Original file: protos/pareto/v1/inference.proto

import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface Candidate {
  'variant'?: (string) | undefined;
  'hardwareClass'?: (string) | undefined;
  'verdict'?: (string) | undefined;
  'predictedMs'?: (number | string) | undefined;
  'slackMs'?: (number | string) | undefined;
  'costPer_1k'?: (number | string) | undefined;
  'accuracy'?: (_pareto_v1_Accuracy | null) | undefined;
  'replicasReady'?: (number) | undefined;
  'detail'?: (string) | undefined;
  'accuracyRank'?: (number) | undefined;
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
  'accuracyRank': (number);
}
