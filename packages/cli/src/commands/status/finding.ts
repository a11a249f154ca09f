// A finding of `pareto status`, and what findings are derived from.

import type { wire } from '@pareto/protocol';
import type { ConnectedRouter } from '../../connection/list-routers.js';
import type { RouterStatus } from '../../dashboard/dashboard-state.js';

export interface Finding {
  /** `bad`: something does not work. `warning`: it works, but an operator should check it. */
  readonly level: 'good' | 'warning' | 'bad';
  /** Subject, in one word. */
  readonly about: string;
  readonly text: string;
  /** Suggested action. */
  readonly advice?: string;
}

/** Share of a task's queries within their objective below which an operator should check it. */
export const goodShare = 0.99;

export interface ClusterStatus {
  readonly overview: wire.OverviewResponse;
  readonly jobs: readonly wire.Job[];
  /** The routers of all controllers. */
  readonly routers: readonly ConnectedRouter[];
  readonly router: RouterStatus;
  /** host:port of the router whose status is in `router`. */
  readonly routerAddress: string;
  /** Finding about what would let the fleet answer all queries. Undefined if nothing lacks, or if it is not known. */
  readonly capacity?: Finding | undefined;
  /** Services of this cluster whose logs `pareto logs` finds on this machine. */
  readonly localLogs: readonly string[];
}

/** Names the log of a service, and the command that shows it if it is on this machine. */
export function logOf(name: string, { localLogs }: Pick<ClusterStatus, 'localLogs'>): string {
  const isLocal = localLogs.some((service) => service === name || service.replace(/-\d+$/, '') === name);
  return isLocal ? `'pareto logs ${name}'` : `the log of the ${name}, on its host`;
}
