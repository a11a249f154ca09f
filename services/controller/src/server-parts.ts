// The gRPC server as two parts of the process: one listens, the other accepts calls and drains.

import type { RpcServer } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { ControllerConfig } from './config.js';

export interface ServerParts {
  /** Returns the bound port once the server listens. */
  readonly port: () => number;
  readonly listening: Runnable;
  /** The part that accepts calls. It must start last and stop first, so that no call outlives what it needs. */
  readonly serving: Runnable;
}

export function createServerParts(server: RpcServer, config: ControllerConfig, logger: Logger): ServerParts {
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
