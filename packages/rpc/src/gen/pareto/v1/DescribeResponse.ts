// Original file: protos/pareto/v1/registry.proto

import type { Task as _pareto_v1_Task, Task__Output as _pareto_v1_Task__Output } from '../../pareto/v1/Task.js';
import type { Architecture as _pareto_v1_Architecture, Architecture__Output as _pareto_v1_Architecture__Output } from '../../pareto/v1/Architecture.js';
import type { Variant as _pareto_v1_Variant, Variant__Output as _pareto_v1_Variant__Output } from '../../pareto/v1/Variant.js';
import type { RecipeOutcome as _pareto_v1_RecipeOutcome, RecipeOutcome__Output as _pareto_v1_RecipeOutcome__Output } from '../../pareto/v1/RecipeOutcome.js';

export interface DescribeResponse {
  'task'?: (_pareto_v1_Task | null) | undefined;
  'architectures'?: readonly (_pareto_v1_Architecture)[] | undefined;
  'variants'?: readonly (_pareto_v1_Variant)[] | undefined;
  'outcomes'?: readonly (_pareto_v1_RecipeOutcome)[] | undefined;
}

export interface DescribeResponse__Output {
  'task': (_pareto_v1_Task__Output | null);
  'architectures': (_pareto_v1_Architecture__Output)[];
  'variants': (_pareto_v1_Variant__Output)[];
  'outcomes': (_pareto_v1_RecipeOutcome__Output)[];
}
