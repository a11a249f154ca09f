// Original file: protos/pareto/v1/fleet.proto

import type { TaskLoad as _pareto_v1_TaskLoad, TaskLoad__Output as _pareto_v1_TaskLoad__Output } from '../../pareto/v1/TaskLoad.js';
import type { Worker as _pareto_v1_Worker, Worker__Output as _pareto_v1_Worker__Output } from '../../pareto/v1/Worker.js';
import type { RouterInfo as _pareto_v1_RouterInfo, RouterInfo__Output as _pareto_v1_RouterInfo__Output } from '../../pareto/v1/RouterInfo.js';
import type { PlanAction as _pareto_v1_PlanAction, PlanAction__Output as _pareto_v1_PlanAction__Output } from '../../pareto/v1/PlanAction.js';
import type { UnmetWarmRule as _pareto_v1_UnmetWarmRule, UnmetWarmRule__Output as _pareto_v1_UnmetWarmRule__Output } from '../../pareto/v1/UnmetWarmRule.js';
import type { ReachedLimits as _pareto_v1_ReachedLimits, ReachedLimits__Output as _pareto_v1_ReachedLimits__Output } from '../../pareto/v1/ReachedLimits.js';
import type { UnmetNeed as _pareto_v1_UnmetNeed, UnmetNeed__Output as _pareto_v1_UnmetNeed__Output } from '../../pareto/v1/UnmetNeed.js';

export interface OverviewResponse {
  'cluster'?: (string) | undefined;
  'leader'?: (string) | undefined;
  'tableVersion'?: (string) | undefined;
  'tasks'?: readonly (_pareto_v1_TaskLoad)[] | undefined;
  'workers'?: readonly (_pareto_v1_Worker)[] | undefined;
  'routers'?: readonly (_pareto_v1_RouterInfo)[] | undefined;
  'recentActions'?: readonly (_pareto_v1_PlanAction)[] | undefined;
  'controllers'?: readonly (string)[] | undefined;
  'storeAgeMs'?: (number | string) | undefined;
  'notices'?: readonly (string)[] | undefined;
  'unmetWarmRules'?: readonly (_pareto_v1_UnmetWarmRule)[] | undefined;
  'limitsReached'?: readonly (_pareto_v1_ReachedLimits)[] | undefined;
  'unmetNeeds'?: readonly (_pareto_v1_UnmetNeed)[] | undefined;
  'leadingMs'?: (number | string) | undefined;
}

export interface OverviewResponse__Output {
  'cluster': (string);
  'leader': (string);
  'tableVersion': (string);
  'tasks': (_pareto_v1_TaskLoad__Output)[];
  'workers': (_pareto_v1_Worker__Output)[];
  'routers': (_pareto_v1_RouterInfo__Output)[];
  'recentActions': (_pareto_v1_PlanAction__Output)[];
  'controllers': (string)[];
  'storeAgeMs': (number);
  'notices': (string)[];
  'unmetWarmRules': (_pareto_v1_UnmetWarmRule__Output)[];
  'limitsReached': (_pareto_v1_ReachedLimits__Output)[];
  'unmetNeeds': (_pareto_v1_UnmetNeed__Output)[];
  'leadingMs': (number);
}
