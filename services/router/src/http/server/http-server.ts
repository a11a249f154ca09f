// The protocol's HTTP form as a part of the router: listens, answers, and drains.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { createWebServer, formatAddress, type Guard, type ServerTls, type WebServer } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import { handleRequest } from './handle-request.js';
import { createByteBudget } from '../body/byte-budget.js';
import { rejectConnection } from './client-error.js';
import { createInferWork, type InferWork } from '../infer/infer-work.js';
import { createProtocolCalls, type ProtocolHandlers } from '../calls/protocol-calls.js';
import type { Origins } from './origins.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Those behind gRPC. */
  readonly handlers: ProtocolHandlers;
  readonly guard: Guard;
  /** Left out: plain text. */
  readonly tls?: ServerTls | undefined;
  /** Pages that may ask. */
  readonly origins: Origins;
  readonly maxMessageBytes: number;
  /** How long a connection may be silent between two calls. */
  readonly maxConnectionIdleMs: number;
  readonly drainTimeoutMs: number;
  /** Aborts when draining begins: connections are closed with their next answer, and new ones are not taken. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
  readonly onError: (path: string, error: unknown) => void;
}

export interface HttpServer extends Runnable {
  /** The bound port, once started. */
  readonly port: number;
}

const stallMs = 30_000;
const headersTimeoutMs = 15_000;
/** More are closed as they come. */
const maxConnections = 10_000;
/** So many of the largest messages may be in memory. */
const maxLargeMessages = 8;
/** For a whole request, however steadily it comes. */
const requestTimeoutMs = 600_000;

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { draining, clock, drainTimeoutMs } = options;
  const work = createInferWork(clock);
  const web = createWebServer(
    {
      keepAliveTimeout: options.maxConnectionIdleMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      noDelay: true,
    },
    options.tls,
  );
  const { server } = web;
  server.maxConnections = maxConnections;
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
      web[Symbol.dispose]();
    },
  };
}

function handleAll({ server, peerRoleOf }: WebServer, work: InferWork, options: HttpServerOptions): void {
  const { handlers, guard, origins, maxMessageBytes, draining, clock, onError } = options;
  const protocol = createProtocolCalls(handlers, guard);
  const isDraining = (): boolean => draining.aborted;
  const budget = createByteBudget(maxLargeMessages * maxMessageBytes);
  const settings = { protocol, work, budget, origins, maxMessageBytes, stallMs, clock, onError, isDraining };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', () => undefined);
    handleRequest(request, response, peerRoleOf(request.socket), settings).catch((error: unknown) => {
      onError(request.url ?? '', error);
      response.destroy();
    });
  };
  // One that waits to be told to go on is answered by the same: it is told when its body is read.
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
  const isTaken = error.code === 'EADDRINUSE';
  const advice =
    'the port is taken: stop what uses it, choose another with --http-port, or leave HTTP out with --http-port off';
  const why = isTaken ? advice : error.message;
  return new ParetoError('unavailable', `cannot listen on ${formatAddress(host, port)}: ${why}`, { cause: error });
}

/** Takes no new connections, and waits for calls to end, at most so long. */
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
