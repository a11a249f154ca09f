// Original file: protos/pareto/v1/registry.proto

import type { Rule as _pareto_v1_Rule, Rule__Output as _pareto_v1_Rule__Output } from '../../pareto/v1/Rule.js';
import type { RuleEvent as _pareto_v1_RuleEvent, RuleEvent__Output as _pareto_v1_RuleEvent__Output } from '../../pareto/v1/RuleEvent.js';

export interface ListRulesResponse {
  'rules'?: readonly (_pareto_v1_Rule)[] | undefined;
  'events'?: readonly (_pareto_v1_RuleEvent)[] | undefined;
}

export interface ListRulesResponse__Output {
  'rules': (_pareto_v1_Rule__Output)[];
  'events': (_pareto_v1_RuleEvent__Output)[];
}
