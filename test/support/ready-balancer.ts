// A TCP balancer in front of the routers, with health checks: it sends each new connection to the first router whose /readyz
// answered 200 at the last check, and keeps the open ones.

import { createTcpProxy } from '@pareto/testkit';
import { probe, type ServiceProcess } from './service-process.js';

export interface ReadyBalancer extends AsyncDisposable {
  /** Address to connect to, host:port. */
  readonly address: string;
}

/** Time between two checks of a router. */
const checkMs = 500;

export async function createReadyBalancer(routers: readonly ServiceProcess[]): Promise<ReadyBalancer> {
  let to = '';
  const check = async (): Promise<void> => {
    const states = await Promise.all(routers.map(isReady));
    to = routers.find((_, index) => states[index])?.address ?? to;
  };
  await check();
  const checking = setInterval(() => void check(), checkMs);
  const proxy = await createTcpProxy({ to: () => to });
  return {
    address: proxy.address,
    async [Symbol.asyncDispose]() {
      clearInterval(checking);
      await proxy[Symbol.asyncDispose]();
    },
  };
}

const isReady = ({ metricsPort }: ServiceProcess): Promise<boolean> =>
  probe(metricsPort, '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );
