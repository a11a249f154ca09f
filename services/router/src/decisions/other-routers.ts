// Calls to the other routers, over one channel to each, so that a flood of calls opens no flood of connections.

import { type wire } from '@pareto/protocol';
import { createChannel, createClient, type CallOptions, type Channel } from '@pareto/rpc';
import type { Access } from '@pareto/service';
import { errorForClient } from '../controllers/error-for-client.js';

export interface OtherRouters extends Disposable {
  /** Sends an Explain to the router at an address. Throws the errors of that router, without addresses. */
  explain(address: string, decisionId: string, options: CallOptions): Promise<wire.ExplainResponse>;
}

export interface OtherRoutersOptions {
  readonly access: Pick<Access, 'channel'>;
  /** Returns the current addresses. Channels to others are closed. */
  readonly addresses: () => Iterable<string>;
}

export function createOtherRouters({ access, addresses }: OtherRoutersOptions): OtherRouters {
  const channels = new Map<string, Channel>();
  function close(address: string): void {
    channels.get(address)?.close();
    channels.delete(address);
  }
  function open(address: string): Channel {
    const channel = createChannel(address, access.channel('router'));
    channels.set(address, channel);
    return channel;
  }
  return {
    async explain(address, decisionId, options) {
      const current = new Set(addresses());
      for (const each of channels.keys()) if (!current.has(each)) close(each);
      const channel = channels.get(address) ?? open(address);
      return createClient(channel, 'pareto.v1.Inference')
        .explain({ decisionId }, options)
        .catch((error: unknown) => {
          throw errorForClient(error, 'the router that made the decision is not reachable; retry in a moment');
        });
    },
    [Symbol.dispose]: () => [...channels.keys()].forEach(close),
  };
}
