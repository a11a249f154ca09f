// The links of a cluster that a test can cut or stall, which are TCP proxies on loopback.

import { createTcpProxy, type TcpProxy } from '@pareto/testkit';

export interface Links extends AsyncDisposable {
  readonly all: readonly TcpProxy[];
  /** Links of each controller to every etcd node. */
  readonly etcd: readonly (readonly TcpProxy[])[];
  /** Links by the index of a worker. */
  readonly workers: ReadonlyMap<number, WorkerLinks>;
}

export interface WorkerLinks {
  /** Link from the worker's callers. */
  readonly inbound: TcpProxy;
  /** Links to every controller. A leader named by a controller is called directly. */
  readonly controllers: readonly TcpProxy[];
}

/** Addresses (host:port) that get proxies. */
export interface LinkedAddresses {
  readonly etcd: readonly string[];
  readonly controllers: readonly string[];
  readonly workers: ReadonlyMap<number, string>;
}

export async function createLinks({ etcd, controllers, workers }: LinkedAddresses): Promise<Links> {
  const all: TcpProxy[] = [];
  const link = async (to: string): Promise<TcpProxy> => {
    const proxy = await createTcpProxy({ to });
    all.push(proxy);
    return proxy;
  };
  const ofWorkers = new Map<number, WorkerLinks>();
  for (const [index, address] of workers) {
    ofWorkers.set(index, { inbound: await link(address), controllers: await Promise.all(controllers.map(link)) });
  }
  return {
    all,
    etcd: await Promise.all(controllers.map(() => Promise.all(etcd.map(link)))),
    workers: ofWorkers,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((proxy) => proxy[Symbol.asyncDispose]()));
    },
  };
}

/** Messages of a worker that are lost. */
export type Loss = 'outgoing' | 'incoming';

/** Drops the messages of a worker with routers and controllers in one direction, without closing connections. */
export function isolateWorker({ inbound, controllers }: WorkerLinks, loss: Loss): void {
  inbound.stall(loss === 'outgoing' ? 'down' : 'up');
  for (const proxy of controllers) proxy.stall(loss === 'outgoing' ? 'up' : 'down');
}
