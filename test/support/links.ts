// The links of a cluster that a test can cut or stall: TCP proxies on loopback.

import { createTcpProxy, type TcpProxy } from '@pareto/testkit';

export interface Links extends AsyncDisposable {
  readonly all: readonly TcpProxy[];
  /** Of each controller, to every node of etcd. */
  readonly etcd: readonly (readonly TcpProxy[])[];
  /** By the index of a worker. */
  readonly workers: ReadonlyMap<number, WorkerLinks>;
}

export interface WorkerLinks {
  /** Of whoever calls it. */
  readonly inbound: TcpProxy;
  /** To every controller. A leader that a controller names is called without them. */
  readonly controllers: readonly TcpProxy[];
}

/** host:port; what is to have no proxies is left out. */
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

/** What is lost on the way to or from a worker. */
export type Loss = 'what it says' | 'what it hears';

/** Cuts a worker off from routers and controllers one way, without closing anything. */
export function isolateWorker({ inbound, controllers }: WorkerLinks, loss: Loss): void {
  inbound.stall(loss === 'what it says' ? 'down' : 'up');
  for (const proxy of controllers) proxy.stall(loss === 'what it says' ? 'up' : 'down');
}
