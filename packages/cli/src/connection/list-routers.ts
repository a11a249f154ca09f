// Lists the routers of all controllers. The leader knows only those that hold a stream to it.

import type { wire } from '@pareto/protocol';
import type { ControllerClients } from './connect.js';

export interface ConnectedRouter extends wire.RouterInfo {
  /** host:port of the controller whose table the router uses. */
  readonly controller: string;
}

/**
 * Returns the routers that `overview` has, and those of the controllers on standby. A router that could not reach the
 * leader uses the table of one of these for a while.
 */
export async function listRouters(
  { routersAt }: Pick<ControllerClients, 'routersAt'>,
  { leader, controllers, routers }: wire.OverviewResponse,
  signal: AbortSignal,
): Promise<readonly ConnectedRouter[]> {
  const others = [...new Set(controllers)].filter((address) => address !== leader);
  const ofOthers = await Promise.all(
    others.map(async (controller) =>
      (await routersAt(controller, signal)).map((router) => ({ ...router, controller })),
    ),
  );
  const own = routers.map((router) => ({ ...router, controller: leader }));
  return [...new Map([...ofOthers.flat(), ...own].map((router) => [router.routerId, router])).values()];
}
