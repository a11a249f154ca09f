// The state and dependencies that all queries share.

import type { Clock, Rng } from '@pareto/core';
import type { DecisionTrace, QueryPolicy, RetryParams } from '@pareto/policy';
import type { Limiter } from '@pareto/rpc';
import type { Access } from '@pareto/service';
import type { RouterMetrics, Tracer } from '@pareto/telemetry';
import type { ChangeSignal } from './change-signal.js';
import type { ControllerCalls } from '../controllers/controller-calls.js';
import type { DecisionLog } from '../decisions/decision-log.js';
import type { OtherRouters } from '../decisions/other-routers.js';
import type { DemandRecorder } from '../demand/demand-recorder.js';
import type { TableClient } from '../table/table-client.js';
import type { RouterLoads } from '../workers/router-loads.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import type { Holds } from './holds.js';
import type { LoopLag } from './loop-lag.js';

export interface RouterCore {
  /** Prefix of decision ids. Unique to this process. */
  readonly routerId: string;
  readonly access: Access;
  readonly limiter: Limiter;
  readonly controller: ControllerCalls;
  readonly tables: Pick<TableClient, 'table' | 'connected' | 'controllerAgeMs' | 'ageMs'>;
  readonly policy: QueryPolicy;
  readonly loads: RouterLoads;
  readonly workers: WorkerPool;
  readonly decisions: DecisionLog;
  readonly otherRouters: OtherRouters;
  readonly demand: DemandRecorder;
  readonly holds: Holds;
  readonly loopLag: LoopLag;
  readonly changes: ChangeSignal;
  /** Aborts when the router drains. */
  readonly draining: AbortSignal;
  /** Number of retries that are available now. */
  readonly retryBudget: { tokens: number };
  /** Trace of the current decision. Decisions are synchronous, so each may overwrite it. */
  readonly trace: DecisionTrace;
  readonly params: RouterParams;
  readonly metrics: RouterMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly rng: Rng;
}

interface RouterParams {
  readonly retry: RetryParams;
}
