// Callers of a router: one for queries, and one for ServerLive on a connection of its own.

import { createFrameChannel, type RawCaller } from '@pareto/rpc';

export interface Callers extends Disposable {
  readonly infer: RawCaller;
  /** Calls ServerLive, whatever the body, and returns an empty message. */
  readonly live: RawCaller;
}

export function openCallers(address: string): Callers {
  const channels = [createFrameChannel(address), createFrameChannel(address)] as const;
  const [queries, probes] = channels;
  const callLive = probes.caller('/inference.GRPCInferenceService/ServerLive');
  const empty = Buffer.alloc(0);
  return {
    infer: queries.caller('/inference.GRPCInferenceService/ModelInfer'),
    live: async (_body, options) => ({ ...(await callLive(empty, options)), body: empty }),
    [Symbol.dispose]: () => channels.forEach((channel) => channel.close()),
  };
}
