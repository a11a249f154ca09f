// Clients of the controller and of a router, connected before they are used, so that an absent one is told plainly.

import { ParetoError } from '@pareto/core';
import {
  createChannel,
  createClient,
  createRawCaller,
  waitForReady,
  type Channel,
  type RawCaller,
  type ServiceClient,
} from '@pareto/rpc';

export interface ControllerClients {
  readonly registry: ServiceClient<'pareto.v1.Registry'>;
  readonly blobs: ServiceClient<'pareto.v1.Blobs'>;
  readonly fleet: ServiceClient<'pareto.v1.Fleet'>;
}

export interface RouterClients {
  readonly inference: ServiceClient<'pareto.v1.Inference'>;
  /** The Open Inference Protocol's ModelInfer, on encoded messages. */
  readonly modelInfer: RawCaller;
}

const connectMs = 2_000;

async function withChannel<T>(
  what: string,
  flag: string,
  address: string,
  work: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = createChannel(address);
  try {
    await waitForReady(channel, connectMs).catch(() => {
      const advice = `start one with 'pareto up', or name another with ${flag} HOST:PORT`;
      throw new ParetoError('unavailable', `no ${what} answers at ${address}: ${advice}`);
    });
    return await work(channel);
  } finally {
    channel.close();
  }
}

/** Throws `unavailable`, saying what to do, when no controller answers within 2 s. */
export const withController = <T>(address: string, work: (clients: ControllerClients) => Promise<T>): Promise<T> =>
  withChannel('controller', '--controller', address, (channel) =>
    work({
      registry: createClient(channel, 'pareto.v1.Registry'),
      blobs: createClient(channel, 'pareto.v1.Blobs'),
      fleet: createClient(channel, 'pareto.v1.Fleet'),
    }),
  );

/** Throws `unavailable`, saying what to do, when no router answers within 2 s. */
export const withRouter = <T>(address: string, work: (clients: RouterClients) => Promise<T>): Promise<T> =>
  withChannel('router', '--router', address, (channel) =>
    work({
      inference: createClient(channel, 'pareto.v1.Inference'),
      modelInfer: createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer'),
    }),
  );
