// What a router asks of the leader on behalf of clients: never on the way of a query.

import { milliseconds, type Clock } from '@pareto/core';
import { createChannel, createFailover, createFailoverClient, type CallOptions, type wire } from '@pareto/rpc';
import type { Access } from '@pareto/service';

export interface ControllerCalls extends Disposable {
  /** Of the variants named, or of all. Throws `unavailable` when no leader answers. */
  statistics(variants: readonly string[], options: CallOptions): Promise<readonly wire.VariantStatistics[]>;
  /** Durable when it returns. Throws as the controller does. */
  setWarmth(target: string, warm: boolean, options: CallOptions): Promise<void>;
}

export interface ControllerCallsOptions {
  /** host:port of the controllers. */
  readonly controllers: readonly string[];
  readonly access: Access;
  readonly clock: Clock;
}

/** How long a call waits for somebody to lead. */
const patienceMs = milliseconds(3_000);

export function createControllerCalls({ controllers, access, clock }: ControllerCallsOptions): ControllerCalls {
  const open = (address: string): ReturnType<typeof createChannel> =>
    createChannel(address, access.channel('controller'));
  const failover = createFailover({ addresses: controllers, open, clock, retryTimeoutMs: patienceMs });
  const routes = createFailoverClient(failover, 'pareto.v1.Routes');
  return {
    async statistics(variants, options) {
      return (await routes.statistics({ variants: [...variants] }, options)).variants;
    },
    async setWarmth(target, warm, options) {
      await routes.setWarmth({ tenant: 'default', target, warm }, options);
    },
    [Symbol.dispose]: () => failover.close(),
  };
}
