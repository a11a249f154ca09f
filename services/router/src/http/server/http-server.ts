// The HTTP server of the router: listens, handles requests and drains.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { createWebServer, formatAddress, type Guard, type Limiter, type ServerTls, type WebServer } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import { handleRequest } from './handle-request.js';
import { rejectConnection } from './client-error.js';
import { createRequestQueues } from './request-queues.js';
import { createInferWork, type InferWork } from '../infer/infer-work.js';
import { createProtocolCalls, type ProtocolHandlers } from '../calls/protocol-calls.js';
import type { Origins } from './origins.js';

export interface HttpServerOptions {
  readonly host: string;
  /** Port to listen on. 0 selects a free one. */
  readonly port: number;
  /** The handlers of the gRPC service. */
  readonly handlers: ProtocolHandlers;
  readonly guard: Guard;
  /** TLS configuration. Plain text without it. */
  readonly tls?: ServerTls | undefined;
  /** Origins of the web pages that may send requests. */
  readonly origins: Origins;
  /** Shared with the gRPC server. */
  readonly limiter: Limiter;
  /** Maximum time that a connection is kept open between two requests. */
  readonly maxConnectionIdleMs: number;
  readonly drainTimeoutMs: number;
  /** Aborts when each open connection is to be closed with the reply to its last request. */
  readonly leaving: AbortSignal;
  /** Aborts when draining begins: new connections are rejected. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly onError: (path: string, error: unknown) => void;
}

export interface HttpServer extends Runnable {
  /** The bound port, once started. */
  readonly port: number;
}

const ignore = (): void => undefined;

const headersTimeoutMs = 15_000;
/** Maximum time to receive a whole request. */
const requestTimeoutMs = 600_000;
/** Interval between the checks of these times. */
const checkMs = 5_000;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { draining, clock, drainTimeoutMs } = options;
  const work = createInferWork(clock);
  const web = createWebServer(
    {
      keepAliveTimeout: options.maxConnectionIdleMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkMs,
      noDelay: true,
    },
    options.tls,
  );
  const { server } = web;
  handleAll(web, work, options);
  let drained: Promise<void> | undefined;
  const drain = (): Promise<void> => (drained ??= close(server, drainTimeoutMs, clock));
  return {
    name: 'http server',
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? options.port;
    },
    async start(fail) {
      await listen(server, options);
      server.on('error', fail);
      draining.addEventListener('abort', () => void drain(), { once: true });
    },
    async stop() {
      await drain();
      await work[Symbol.asyncDispose]();
    },
  };
}

function handleAll({ server, peerRoleOf }: WebServer, work: InferWork, options: HttpServerOptions): void {
  const { handlers, guard, limiter, origins, tls, leaving, clock, onError } = options;
  const protocol = createProtocolCalls(handlers, guard);
  const settings = { protocol, work, limiter, origins, clock, onError };
  const enqueue = createRequestQueues(server, limiter, tls !== undefined);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', ignore);
    enqueue(request, async ({ connection, isLast }) => {
      const closes = (): boolean => leaving.aborted && isLast();
      try {
        await handleRequest(request, response, { connection, closes, peerRole: peerRoleOf(request.socket) }, settings);
      } catch (error) {
        onError(request.url ?? '', error);
        response.destroy();
      }
    });
  };
  // A request with `Expect: 100-continue` is handled in the same way: the endpoint sends `100 Continue` when it reads
  // the body.
  server.on('request', onRequest).on('checkContinue', onRequest).on('clientError', rejectConnection);
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ParetoError {
  const isInUse = error.code === 'EADDRINUSE';
  const advice =
    'the port is in use; stop the process that uses it, choose another port with --http-port, or disable HTTP with --http-port off';
  const reason = isInUse ? advice : error.message;
  return new ParetoError('unavailable', `cannot listen on ${formatAddress(host, port)}: ${reason}`, { cause: error });
}

/** Stops accepting connections, and waits for the open ones to end, for `timeoutMs` at most. */
function close(server: Server, timeoutMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(milliseconds(timeoutMs), () => server.closeAllConnections());
    server.close(() => {
      timer[Symbol.dispose]();
      resolve();
    });
    server.closeIdleConnections();
  });
}
