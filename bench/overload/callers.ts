// Callers of routers: one of each router for queries, and one for ServerLive on a connection of its own.

import { createFrameChannel, type RawCaller } from '@pareto/rpc';

export interface Callers extends Disposable {
  /** A caller of each router. */
  readonly infer: readonly RawCaller[];
  /** Calls ServerLive, whatever the body, and returns an empty message. */
  readonly live: RawCaller;
}

export function openCallers(addresses: readonly string[]): Callers {
  const queries = addresses.map((address) => createFrameChannel(address));
  const [first = ''] = addresses;
  const probes = createFrameChannel(first);
  const callLive = probes.caller('/inference.GRPCInferenceService/ServerLive');
  const empty = Buffer.alloc(0);
  return {
    infer: queries.map((channel) => channel.caller('/inference.GRPCInferenceService/ModelInfer')),
    live: async (_body, options) => ({ ...(await callLive(empty, options)), body: empty }),
    [Symbol.dispose]: () => [...queries, probes].forEach((channel) => channel.close()),
  };
}
