// A router without queries that reports demand for more items of a variant than the fleet can run, so that the controller
// keeps a replica in every slot, whatever the measured queries need.

import { milliseconds, systemClock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { watchRoutes, type Controllers } from '../fleet/sessions.js';

const itemsPerSecond = 1e9;
const windowMs = milliseconds(1_000);

/** Reports the demand every second until it is disposed. */
export async function keepDemand(controllers: Controllers, variant: string): Promise<AsyncDisposable> {
  const session = watchRoutes(controllers, {
    hello: ({ acceptFollower }) => ({
      message: 'hello',
      hello: { routerId: 'demand', address: '127.0.0.1:9', acceptFollower },
    }),
    onMessage: () => undefined,
  });
  const counts = { offeredItems: itemsPerSecond, requests: itemsPerSecond, items: itemsPerSecond };
  const entry: wire.DemandEntryInput = {
    ...{ tenant: 'default', target: variant, objective: { latencyMs: 10_000 }, ...counts },
    itemsByVariant: { [variant]: itemsPerSecond },
  };
  const report = (): void => {
    systemClock.after(windowMs, report);
    if (session.connected) session.send({ message: 'demand', demand: { windowMs, entries: [entry] } });
  };
  await session.start((error) => {
    throw error;
  });
  report();
  return { [Symbol.asyncDispose]: async () => session.stop() };
}
