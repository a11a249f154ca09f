// The health service of a server: the status of the whole server, under the name '', and of each service.

import {
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { serviceDefinition } from '../calls/protos.js';
import { cutDetails } from '../transport/status-details.js';

export const healthService = 'grpc.health.v1.Health';

type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

interface CheckRequest {
  readonly service: string;
}

interface CheckResponse {
  readonly status: ServingStatus;
}

interface ListResponse {
  readonly statuses: Readonly<Record<string, CheckResponse>>;
}

type WatchCall = ServerWritableStream<CheckRequest, CheckResponse>;

export interface Health {
  /** Sets the status of a service, and sends it to the clients that watch it. */
  set(service: string, isServing: boolean): void;
  addTo(server: Pick<Server, 'addService'>): void;
}

/** Creates the health service of a server that does not serve yet. */
export function createHealth(): Health {
  const statuses = new Map<string, ServingStatus>([['', 'NOT_SERVING']]);
  const watchers = new Set<WatchCall>();
  const send = (call: WatchCall): void => {
    call.write({ status: statuses.get(call.request.service) ?? 'SERVICE_UNKNOWN' });
  };
  const check: handleUnaryCall<CheckRequest, CheckResponse> = ({ request: { service } }, callback) => {
    const found = statuses.get(service);
    if (found !== undefined) return callback(null, { status: found });
    callback({ code: status.NOT_FOUND, details: cutDetails(`the server has no service ${service}`) });
  };
  const watch: handleServerStreamingCall<CheckRequest, CheckResponse> = (call) => {
    watchers.add(call);
    call.on('cancelled', () => watchers.delete(call));
    send(call);
  };
  const list: handleUnaryCall<unknown, ListResponse> = (_, callback) => {
    const entries = Array.from(statuses, ([service, found]) => [service, { status: found }] as const);
    callback(null, { statuses: Object.fromEntries(entries) });
  };
  return {
    set(service, isServing) {
      statuses.set(service, isServing ? 'SERVING' : 'NOT_SERVING');
      for (const call of watchers) if (call.request.service === service) send(call);
    },
    addTo: (server) => server.addService(serviceDefinition(healthService), { check, watch, list }),
  };
}
