// The state and dependencies that all queries share.

import type { Clock } from '@pareto/core';
import type { Limiter } from '@pareto/rpc';
import type { Access } from '@pareto/service';
import type { RouterMetrics, Tracer } from '@pareto/telemetry';
import type { ArrivalRecorder } from './arrival-recorder.js';
import type { ChangeSignal } from './change-signal.js';
import type { ControllerCalls } from '../controllers/controller-calls.js';
import type { DecisionLog } from '../decisions/decision-log.js';
import type { OtherRouters } from '../decisions/other-routers.js';
import type { TableClient } from '../table/table-client.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import type { CoreDriver } from '../core/core-driver.js';
import type { LoopLag } from './loop-lag.js';

export interface RouterContext {
  /** Prefix of decision ids. Unique to this process. */
  readonly routerId: string;
  readonly access: Access;
  readonly limiter: Limiter;
  readonly controller: ControllerCalls;
  readonly tables: Pick<TableClient, 'table' | 'connected' | 'controllerAgeMs' | 'ageMs'>;
  /** The router core, which decides about queries. */
  readonly core: CoreDriver;
  readonly workers: WorkerPool;
  readonly decisions: DecisionLog;
  readonly otherRouters: OtherRouters;
  readonly loopLag: LoopLag;
  /** Recorder of arrivals. Undefined if they are not recorded. */
  readonly arrivals: ArrivalRecorder | undefined;
  readonly changes: ChangeSignal;
  /** Aborts when the router drains. */
  readonly draining: AbortSignal;
  /** Maximum time that a query is held, in ms. */
  readonly holdLimitMs: number;
  readonly metrics: RouterMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
}
