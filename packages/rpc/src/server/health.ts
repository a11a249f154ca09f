// The health service of a server: the status of the whole server, under the name '', and of each service.

import { ParetoError } from '@pareto/core';
import type { ServerCall } from '../calls/server-call.js';

export const healthService = 'grpc.health.v1.Health';

type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

interface CheckRequest {
  readonly service: string;
}

interface CheckResponse {
  readonly status: ServingStatus;
}

export interface Health {
  /** Sets the status of a service, and sends it to the clients that watch it. */
  set(service: string, isServing: boolean): void;
  readonly handlers: object;
}

/** Creates the health service of a server that does not serve yet. */
export function createHealth(): Health {
  const statuses = new Map<string, ServingStatus>([['', 'NOT_SERVING']]);
  const watchers = new Set<() => void>();
  /** Resolves at the next change, or when the call ends. */
  const changed = ({ signal }: ServerCall): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        watchers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      watchers.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  return {
    set(service, isServing) {
      statuses.set(service, isServing ? 'SERVING' : 'NOT_SERVING');
      for (const wake of [...watchers]) wake();
    },
    handlers: {
      async check({ service }: CheckRequest): Promise<CheckResponse> {
        const found = statuses.get(service);
        if (found === undefined) throw new ParetoError('not-found', `the server has no service ${service}`);
        return { status: found };
      },
      async *watch({ service }: CheckRequest, call: ServerCall): AsyncGenerator<CheckResponse, void, undefined> {
        let sent: ServingStatus | undefined;
        while (!call.signal.aborted) {
          const status = statuses.get(service) ?? 'SERVICE_UNKNOWN';
          if (status !== sent) yield { status };
          sent = status;
          // The status may have changed while it was sent.
          if (status === (statuses.get(service) ?? 'SERVICE_UNKNOWN')) await changed(call);
        }
      },
      list: async () => ({
        statuses: Object.fromEntries(Array.from(statuses, ([service, status]) => [service, { status }])),
      }),
    },
  };
}
