// Original file: protos/pareto/v1/registry.proto

import type { Rule as _pareto_v1_Rule, Rule__Output as _pareto_v1_Rule__Output } from '../../pareto/v1/Rule.js';

export interface RuleEvent {
  'kind'?: (string);
  'ageMs'?: (number | string);
  'actor'?: (string);
  'rule'?: (_pareto_v1_Rule | null);
}

export interface RuleEvent__Output {
  'kind': (string);
  'ageMs': (number);
  'actor': (string);
  'rule': (_pareto_v1_Rule__Output | null);
}
