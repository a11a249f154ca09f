// Reads the overview from a controller. If none responds, reads the status of the router instead.

import { ParetoError, type Clock } from '@pareto/core';
import type { ClusterClients, RouterClients } from '../connection/connect.js';
import { withOverview, withOutage, type DashboardState, type RouterStatus } from './dashboard-state.js';

export interface ObserveOptions extends ClusterClients {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const controllerTimeoutMs = 3_000;
const routerTimeoutMs = 1_000;

export async function observeCluster(last: DashboardState, options: ObserveOptions): Promise<DashboardState> {
  const { controllers, router, clock, signal } = options;
  try {
    return withOverview(
      await controllers.fleet.overview({}, { timeoutMs: controllerTimeoutMs, signal }),
      clock.now(),
      last,
    );
  } catch (error) {
    if (signal.aborted || !isOutage(error)) throw error;
    const cause = {
      reason: reasonOf(error),
      isAbsent: error.code === 'unavailable',
      router: await readRouterStatus(router, signal),
    };
    return withOutage(last, cause, clock.now());
  }
}

/** Returns whether an error means that no controller is available, which may be temporary. */
const isOutage = (error: unknown): error is ParetoError =>
  error instanceof ParetoError && ['unavailable', 'deadline-exceeded', 'failed-precondition'].includes(error.code);

const reasonOf = (error: ParetoError): string =>
  error.code === 'deadline-exceeded' ? `no controller responded within ${controllerTimeoutMs / 1000} s` : error.message;

export async function readRouterStatus({ protocol }: RouterClients, signal: AbortSignal): Promise<RouterStatus> {
  let age: string | undefined;
  const onTrailers = (trailers: ReadonlyMap<string, string>): void => void (age = trailers.get('pareto-table-age-ms'));
  try {
    await protocol.serverMetadata({}, { timeoutMs: routerTimeoutMs, signal, onTrailers });
    const { ready } = await protocol.serverReady({}, { timeoutMs: routerTimeoutMs, signal });
    return ready ? { kind: 'serves', tableAgeMs: age === undefined ? undefined : Number(age) } : { kind: 'not ready' };
  } catch {
    return { kind: 'unreachable' };
  }
}
