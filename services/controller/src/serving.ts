// The gRPC server as parts of the service: when it listens, when it takes calls, and how it drains.

import type { RpcServer } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { ControllerConfig } from './config.js';

export interface Serving {
  /** The bound one, once listening. */
  readonly port: () => number;
  readonly listening: Runnable;
  /** Last to start and first to stop: nothing new comes while what it needs is still there. */
  readonly serving: Runnable;
}

export function createServing(server: RpcServer, config: ControllerConfig, logger: Logger): Serving {
  const { host, drainTimeoutMs } = config;
  let { port } = config;
  return {
    port: () => port,
    listening: {
      name: 'grpc',
      async start() {
        port = await server.listen(host, port);
        logger.info('listening', { host, port });
      },
      stop: async () => server.close(),
    },
    serving: {
      name: 'serving',
      start: async () => server.setServing(true),
      stop: () => server.drain(drainTimeoutMs),
    },
  };
}
