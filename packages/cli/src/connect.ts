// Clients of the controllers and of a router, connected before they are used, so that an absent one is told plainly.

import { ParetoError, systemClock } from '@pareto/core';
import {
  createChannel,
  createClient,
  createFollowing,
  createFollowingClient,
  createRawCaller,
  uploadBlob,
  waitForReady,
  type Channel,
  type Following,
  type FollowingClient,
  type RawCaller,
  type ServiceClient,
  type Upload,
} from '@pareto/rpc';
import type { Endpoints } from './context.js';

/** Each call goes to the controller that takes it. */
export interface ControllerClients {
  readonly registry: FollowingClient<'pareto.v1.Registry'>;
  readonly fleet: FollowingClient<'pareto.v1.Fleet'>;
  /** False when a controller had it all. */
  upload(upload: Upload): Promise<boolean>;
}

export interface RouterClients {
  readonly inference: ServiceClient<'pareto.v1.Inference'>;
  readonly protocol: ServiceClient<'inference.GRPCInferenceService'>;
  /** The Open Inference Protocol's ModelInfer, on encoded messages. */
  readonly modelInfer: RawCaller;
}

const connectMs = 2_000;

const controllerClients = (following: Following): ControllerClients => ({
  registry: createFollowingClient(following, 'pareto.v1.Registry'),
  fleet: createFollowingClient(following, 'pareto.v1.Fleet'),
  upload: (upload) => uploadBlob(following, upload),
});

const routerClients = (channel: Channel): RouterClients => ({
  inference: createClient(channel, 'pareto.v1.Inference'),
  protocol: createClient(channel, 'inference.GRPCInferenceService'),
  modelInfer: createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer'),
});

const follow = ({ controller }: Endpoints): Following =>
  createFollowing({ addresses: controller, open: (address) => createChannel(address), connectMs, clock: systemClock });

const explain = (what: string, flag: string, addresses: readonly string[]): ParetoError =>
  new ParetoError(
    'unavailable',
    `no ${what} answers at ${addresses.join(' or ')}: start one with 'pareto up', or name another with ${flag} HOST:PORT`,
  );

/** Throws `unavailable`, saying what to do, when none of the controllers answers within 2 s. */
export async function withController<T>(
  endpoints: Endpoints,
  work: (clients: ControllerClients) => Promise<T>,
): Promise<T> {
  const following = follow(endpoints);
  try {
    await following
      .run(async () => undefined)
      .catch(() => {
        throw explain('controller', '--controller', endpoints.controller);
      });
    return await work(controllerClients(following));
  } finally {
    following.close();
  }
}

/** Throws `unavailable`, saying what to do, when no router answers within 2 s. */
export async function withRouter<T>({ router }: Endpoints, work: (clients: RouterClients) => Promise<T>): Promise<T> {
  const channel = createChannel(router);
  try {
    await waitForReady(channel, connectMs).catch(() => {
      throw explain('router', '--router', [router]);
    });
    return await work(routerClients(channel));
  } finally {
    channel.close();
  }
}

export interface ClusterClients {
  readonly controllers: ControllerClients;
  readonly router: RouterClients;
}

/** Both, whether or not they answer. */
export async function withCluster<T>(endpoints: Endpoints, work: (clients: ClusterClients) => Promise<T>): Promise<T> {
  const following = follow(endpoints);
  const channel = createChannel(endpoints.router);
  try {
    return await work({ controllers: controllerClients(following), router: routerClients(channel) });
  } finally {
    following.close();
    channel.close();
  }
}
