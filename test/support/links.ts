// The links of a cluster that a test can cut or stall: TCP proxies on loopback.

import { createTcpProxy, type TcpProxy } from '@pareto/testkit';

export interface Links extends AsyncDisposable {
  /** Of each controller, to every node of etcd. */
  readonly etcd: readonly (readonly TcpProxy[])[];
  /** Of each worker, to every controller. A leader that a controller names is called without them. */
  readonly controllers: readonly (readonly TcpProxy[])[];
  /** Of whoever calls a worker, to each worker. */
  readonly workers: readonly TcpProxy[];
}

/** host:port of all. */
export interface LinkedAddresses {
  readonly etcd: readonly string[];
  readonly controllers: readonly string[];
  readonly workers: readonly string[];
}

export async function createLinks({ etcd, controllers, workers }: LinkedAddresses): Promise<Links> {
  const all: TcpProxy[] = [];
  const link = async (to: string): Promise<TcpProxy> => {
    const proxy = await createTcpProxy({ to });
    all.push(proxy);
    return proxy;
  };
  const toAll = (count: number, to: readonly string[]): Promise<readonly (readonly TcpProxy[])[]> =>
    Promise.all(Array.from({ length: count }, () => Promise.all(to.map(link))));
  return {
    etcd: await toAll(controllers.length, etcd),
    controllers: await toAll(workers.length, controllers),
    workers: await Promise.all(workers.map(link)),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((proxy) => proxy[Symbol.asyncDispose]()));
    },
  };
}

/** What is lost on the way to or from a worker. */
export type Loss = 'what it says' | 'what it hears' | 'both';

/** Cuts a worker off from routers and controllers, one way or both, without closing anything; heals when called. */
export function isolateWorker(links: Links, index: number, loss: Loss): () => void {
  const own = { inbound: links.workers[index], outbound: links.controllers[index] ?? [] };
  if (own.inbound === undefined) throw new Error(`there is no link to worker ${index}`);
  const direction = {
    'what it says': ['down', 'up'],
    'what it hears': ['up', 'down'],
    both: ['both', 'both'],
  } as const;
  const [inbound, outbound] = direction[loss];
  own.inbound.stall(inbound);
  for (const proxy of own.outbound) proxy.stall(outbound);
  return () => [own.inbound, ...own.outbound].forEach((proxy) => proxy?.heal());
}
