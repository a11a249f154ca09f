// Clients of the controllers and of a router, and a readable error if none can be reached.

import { errorText, ParetoError, systemClock } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createFailover,
  createFailoverClient,
  createRawCaller,
  readClientCertificates,
  uploadBlob,
  waitForReady,
  type Channel,
  type ClientCertificates,
  type Failover,
  type FailoverClient,
  type RawCaller,
  type ServiceClient,
  type Upload,
} from '@pareto/rpc';
import type { Endpoints } from '../context/context.js';
import { diagnoseConnection } from './diagnose-connection.js';

/** Clients of the controllers. Each call fails over to a controller that accepts it. */
export interface ControllerClients {
  readonly registry: FailoverClient<'pareto.v1.Registry'>;
  readonly fleet: FailoverClient<'pareto.v1.Fleet'>;
  readonly plans: FailoverClient<'pareto.v1.Plans'>;
  /**
   * Streams events until the stream ends. A broken stream is opened again with a new request, at another controller if
   * necessary.
   */
  events(request: () => wire.EventsRequest, options: EventsOptions): Promise<void>;
  /** Returns the text of a backup of the store. */
  backup(signal: AbortSignal): Promise<string>;
  /** Returns the routers that use the table of this controller. Empty if it does not respond within a second. */
  routersAt(address: string, signal: AbortSignal): Promise<readonly wire.RouterInfo[]>;
  /** Uploads a blob. Returns false if the controllers had it already. */
  upload(upload: Upload): Promise<boolean>;
}

interface EventsOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: wire.EventsResponse) => void;
}

export interface RouterClients {
  readonly inference: ServiceClient<'pareto.v1.Inference'>;
  readonly protocol: ServiceClient<'inference.GRPCInferenceService'>;
  /** The Open Inference Protocol's ModelInfer, on encoded messages. */
  readonly modelInfer: RawCaller;
}

export interface ClusterClients {
  readonly controllers: ControllerClients;
  readonly router: RouterClients;
  /** Returns the error text for the case that no controller can be reached. */
  readonly diagnose: () => Promise<string>;
}

/** Channels to the controllers and to the router, which connect at the first call. */
interface Links extends Disposable {
  readonly failover: Failover;
  /** Opens a channel to one controller. */
  readonly open: (address: string) => Channel;
  readonly router: Channel;
  /** Returns the error text for a service that can't be reached. */
  diagnose(what: 'controller' | 'router'): Promise<string>;
}

const connectMs = 2_000;
const routersTimeoutMs = 1_000;

async function link({ controller, router, certs }: Endpoints): Promise<Links> {
  const clock = systemClock;
  const certificates = certs === undefined ? undefined : await readCertificates(certs);
  const open = (address: string): Channel => createChannel(address, channelOptions(certificates, 'controller'));
  const failover = createFailover({ addresses: controller, open, clock });
  const channel = createChannel(router, channelOptions(certificates, 'router'));
  return {
    failover,
    open,
    router: channel,
    diagnose: (what) => {
      const addresses = what === 'controller' ? controller : [router];
      return diagnoseConnection({ what, addresses, certs, tls: certificates?.(what) });
    },
    [Symbol.dispose]() {
      failover.close();
      channel.close();
    },
  };
}

const readCertificates = (folder: string): Promise<ClientCertificates> =>
  readClientCertificates(folder, systemClock).catch((error: unknown) => {
    const expected = "the operator's folder, or the folder that 'pareto certs init' created";
    throw new ParetoError('failed-precondition', `${errorText(error)}: --certs (or PARETO_CERTS) must be ${expected}`);
  });

const channelOptions = (
  certificates: ClientCertificates | undefined,
  what: 'controller' | 'router',
): Parameters<typeof createChannel>[1] => (certificates === undefined ? {} : { tls: certificates(what) });

const controllerClients = ({ failover, open }: Links): ControllerClients => ({
  registry: createFailoverClient(failover, 'pareto.v1.Registry'),
  fleet: createFailoverClient(failover, 'pareto.v1.Fleet'),
  plans: createFailoverClient(failover, 'pareto.v1.Plans'),
  async routersAt(address, signal) {
    const channel = open(address);
    const { overview } = createClient(channel, 'pareto.v1.Fleet');
    return await overview({ acceptFollower: true }, { timeoutMs: routersTimeoutMs, signal })
      .then(
        ({ routers }) => routers,
        () => [],
      )
      .finally(() => channel.close());
  },
  upload: (upload) => uploadBlob(failover, upload),
  backup: (signal) =>
    failover.run(
      async (channel, limits) => {
        const parts: Uint8Array[] = [];
        for await (const { data } of createClient(channel, 'pareto.v1.Registry').backup({}, limits)) parts.push(data);
        return Buffer.concat(parts).toString();
      },
      { signal, isRepeatable: true },
    ),
  events: (request, { signal, onEvent }) =>
    failover.run(
      async (channel, limits) => {
        for await (const event of createClient(channel, 'pareto.v1.Fleet').events(request(), limits)) onEvent(event);
      },
      { signal, isRepeatable: true },
    ),
});

const routerClients = ({ router }: Links): RouterClients => ({
  inference: createClient(router, 'pareto.v1.Inference'),
  protocol: createClient(router, 'inference.GRPCInferenceService'),
  modelInfer: createRawCaller(router, '/inference.GRPCInferenceService/ModelInfer'),
});

/** Runs `work` with clients of the controllers. Throws `unavailable` with the reason if none is reachable in 2 s. */
export async function withController<T>(
  endpoints: Endpoints,
  work: (clients: ControllerClients) => Promise<T>,
): Promise<T> {
  using links = await link(endpoints);
  await links.failover
    .run(async () => undefined)
    .catch(async () => {
      throw new ParetoError('unavailable', await links.diagnose('controller'));
    });
  return await work(controllerClients(links));
}

/** Runs `work` with clients of the router. Throws `unavailable` with the reason if it is not reachable in 2 s. */
export async function withRouter<T>(endpoints: Endpoints, work: (clients: RouterClients) => Promise<T>): Promise<T> {
  using links = await link(endpoints);
  await waitForReady(links.router, connectMs).catch(async () => {
    throw new ParetoError('unavailable', await links.diagnose('router'));
  });
  return await work(routerClients(links));
}

/** Runs `work` with clients of the controllers and of the router, without checking first that they can be reached. */
export async function withCluster<T>(endpoints: Endpoints, work: (clients: ClusterClients) => Promise<T>): Promise<T> {
  using links = await link(endpoints);
  const diagnose = (): Promise<string> => links.diagnose('controller');
  return await work({ controllers: controllerClients(links), router: routerClients(links), diagnose });
}
