// Original file: protos/pareto/v1/registry.proto

import type { Rule as _pareto_v1_Rule, Rule__Output as _pareto_v1_Rule__Output } from '../../pareto/v1/Rule.js';

export interface RuleEvent {
  'kind'?: (string) | undefined;
  'ageMs'?: (number | string) | undefined;
  'actor'?: (string) | undefined;
  'rule'?: (_pareto_v1_Rule | null) | undefined;
}

export interface RuleEvent__Output {
  'kind': (string);
  'ageMs': (number);
  'actor': (string);
  'rule': (_pareto_v1_Rule__Output | null);
}
