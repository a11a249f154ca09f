// The gRPC server as two parts of the process: one listens, the other accepts calls and drains.

import { randomUUID } from 'node:crypto';
import type { RpcServer } from '@pareto/rpc';
import { startLivenessResponder, type Runnable, type ServiceContext } from '@pareto/service';
import type { ControllerConfig } from './config.js';

export interface ServerParts {
  /** Returns the bound port once the server listens. */
  readonly port: () => number;
  readonly listening: Runnable;
  /** The part that accepts calls. It must start last and stop first, so that no call outlives what it needs. */
  readonly serving: Runnable;
}

export function createServerParts(
  server: RpcServer,
  config: ControllerConfig,
  { clock, lifecycle, logger }: Pick<ServiceContext, 'clock' | 'lifecycle' | 'logger'>,
): ServerParts {
  const { host, drainTimeoutMs } = config;
  let { port } = config;
  let liveness: AsyncDisposable | undefined;
  lifecycle.leaving.addEventListener('abort', () => server.setServing(false));
  return {
    port: () => port,
    listening: {
      name: 'grpc',
      async start() {
        port = await server.listen(host, port);
        liveness = await startLivenessResponder({ host, port, incarnation: randomUUID(), clock, logger });
        logger.info('listening', { host, port });
      },
      async stop() {
        await liveness?.[Symbol.asyncDispose]();
        server.close();
      },
    },
    serving: {
      name: 'serving',
      start: async () => server.setServing(true),
      stop: () => server.drain(drainTimeoutMs),
    },
  };
}
