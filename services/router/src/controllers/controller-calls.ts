// The calls to the leader on behalf of clients. No query depends on them.

import { milliseconds, type Clock, type TableVersion } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createChannel, createFailover, createFailoverClient, type CallOptions } from '@pareto/rpc';
import type { Access } from '@pareto/service';
import { errorForClient } from './error-for-client.js';

export interface ControllerCalls extends Disposable {
  /**
   * Returns the statistics of the variants, or of all if the list is empty. Throws `unavailable` if no leader responds.
   */
  statistics(variants: readonly string[], options: CallOptions): Promise<readonly wire.VariantStatistics[]>;
  /**
   * Resolves when the rule is durable. Returns the version of the table that has the effects of all plans before a warm
   * rule; undefined for a cold one, and from older controllers. Throws the controller's errors, without addresses.
   */
  setWarmth(target: string, warm: boolean, options: CallOptions): Promise<TableVersion | undefined>;
}

export interface ControllerCallsOptions {
  /** host:port of the controllers. */
  readonly controllers: readonly string[];
  readonly access: Access;
  readonly clock: Clock;
}

const rejectForClient = (error: unknown): never => {
  throw errorForClient(error, 'no controller is reachable; retry in a moment');
};

/** Maximum time that a call waits for a leader. */
const leaderTimeoutMs = milliseconds(3_000);

export function createControllerCalls({ controllers, access, clock }: ControllerCallsOptions): ControllerCalls {
  const open = (address: string): ReturnType<typeof createChannel> =>
    createChannel(address, access.channel('controller'));
  const failover = createFailover({ addresses: controllers, open, clock, retryTimeoutMs: leaderTimeoutMs });
  const routes = createFailoverClient(failover, 'pareto.v1.Routes');
  return {
    async statistics(variants, options) {
      return (await routes.statistics({ variants: [...variants] }, options).catch(rejectForClient)).variants;
    },
    async setWarmth(target, warm, options) {
      const request = { tenant: 'default', target, warm };
      const { epoch, revision } = await routes.setWarmth(request, options).catch(rejectForClient);
      return epoch === '' ? undefined : { epoch, revision };
    },
    [Symbol.dispose]: () => failover.close(),
  };
}
