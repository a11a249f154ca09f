// Callers of a router: one for queries, and one for ServerLive on a connection of its own.

import { createChannel, createRawCaller, waitForReady, type RawCaller } from '@pareto/rpc';

export interface Callers extends Disposable {
  readonly infer: RawCaller;
  /** Calls ServerLive, whatever the body, and returns an empty message. */
  readonly live: RawCaller;
}

export async function openCallers(address: string): Promise<Callers> {
  const channels = [createChannel(address), createChannel(address)] as const;
  const [queries, probes] = channels;
  await Promise.all(channels.map((channel) => waitForReady(channel, 5_000)));
  const callLive = createRawCaller(probes, '/inference.GRPCInferenceService/ServerLive');
  const empty = Buffer.alloc(0);
  return {
    infer: createRawCaller(queries, '/inference.GRPCInferenceService/ModelInfer'),
    live: async (_body, options) => ({ ...(await callLive(empty, options)), body: empty }),
    [Symbol.dispose]: () => channels.forEach((channel) => channel.close()),
  };
}
