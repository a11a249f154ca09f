// Original file: protos/pareto/v1/inference.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';
import type { Candidate as _pareto_v1_Candidate, Candidate__Output as _pareto_v1_Candidate__Output } from '../../pareto/v1/Candidate.js';

export interface ExplainResponse {
  'decisionId'?: (string) | undefined;
  'target'?: (string) | undefined;
  'objective'?: (_pareto_v1_Objective | null) | undefined;
  'outcome'?: (string) | undefined;
  'candidates'?: readonly (_pareto_v1_Candidate)[] | undefined;
  'verdicts'?: ({readonly [key: string]: number}) | undefined;
  'worker'?: (string) | undefined;
  'ageMs'?: (number | string) | undefined;
  'tableVersion'?: (string) | undefined;
}

export interface ExplainResponse__Output {
  'decisionId': (string);
  'target': (string);
  'objective': (_pareto_v1_Objective__Output | null);
  'outcome': (string);
  'candidates': (_pareto_v1_Candidate__Output)[];
  'verdicts': ({[key: string]: number});
  'worker': (string);
  'ageMs': (number);
  'tableVersion': (string);
}
