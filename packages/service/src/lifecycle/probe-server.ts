// The HTTP server for monitoring: /livez, /readyz and /metrics.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ParetoError } from '@pareto/core';
import { createLimiter } from '@pareto/rpc';
import type { MetricsText } from '@pareto/telemetry';
import { isLoopback } from '../flags/common-flags.js';
import type { Lifecycle } from './lifecycle.js';
import type { Runnable } from './run-group.js';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** Flag that changes the port. `--metrics-port` if omitted. */
  readonly portFlag?: string;
  /** Whether /metrics answers other machines too. */
  readonly openMetrics: boolean;
  readonly lifecycle: Lifecycle;
  /** Returns the reasons why the service can't take work now. Empty if it can. */
  readonly notReady: () => readonly string[];
  readonly metrics: MetricsText;
  /** Sets gauges before each scrape. */
  readonly observe?: () => void;
}

export interface ProbeServer extends Runnable {
  /** The bound port, once started. */
  readonly port: number;
}

/** Maximum number of connections. Above it, a new one closes the oldest: no reply takes long. */
const maxConnections = 128;

const bounds = {
  maxHeaderSize: 8192,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
} as const;
/** Time without data in either direction after which a connection is closed, in ms. */
const stallMs = 10_000;

export function createProbeServer(options: ProbeOptions): ProbeServer {
  const { connections } = createLimiter({ limits: { connections: maxConnections } });
  const answered = new WeakSet<Socket>();
  const server = createServer(bounds, (request, response) => {
    // A client that does not wait for the reply, which closes the connection, would take the time of thousands of replies.
    if (answered.has(request.socket)) {
      request.socket.destroy();
      // Costs less than the error with which Node would end it.
      return void request.destroy();
    }
    answered.add(request.socket);
    handleRequest(options, request, response).catch(() => send(response, 500, 'failed to collect the metrics\n'));
  });
  server.setTimeout(stallMs);
  server.on('connection', (socket) => {
    const connection = connections.add(socket.remoteAddress, () => socket.destroy());
    socket.once('close', () => connection[Symbol.dispose]());
  });
  return {
    name: 'probes',
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? options.port;
    },
    start: (fail) => listen(server, options, fail),
    stop: () => close(server),
  };
}

async function handleRequest(options: ProbeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'expected GET or HEAD\n');
  switch (request.url?.split('?')[0]) {
    case '/livez':
      return send(response, 200, 'ok\n');
    case '/readyz': {
      const reasons = readiness(options);
      return reasons.length === 0 ? send(response, 200, 'ok\n') : send(response, 503, `${reasons.join('\n')}\n`);
    }
    case '/metrics':
      if (!options.openMetrics && !isLoopback(request.socket.remoteAddress ?? ''))
        return send(response, 403, closedText);
      options.observe?.();
      return send(response, 200, await options.metrics.text(), options.metrics.contentType);
    case undefined:
    default:
      return send(response, 404, 'not found: expected /livez, /readyz or /metrics\n');
  }
}

const closedText =
  'this service has certificates, so only its own machine may read /metrics: scrape it from there, or start the service with --open-metrics\n';

function readiness({ lifecycle, notReady }: ProbeOptions): readonly string[] {
  return lifecycle.state === 'serving' ? notReady() : [lifecycle.state];
}

/** Closes the connection after the reply, so that what a client sends after its request takes no time. */
function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body), connection: 'close' };
  response.writeHead(status, headers);
  response.end(body);
}

function listen(
  server: Server,
  { host, port, portFlag = '--metrics-port' }: ProbeOptions,
  fail: (error: unknown) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port, portFlag));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      server.on('error', fail);
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number, portFlag: string): ParetoError {
  const why =
    error.code === 'EADDRINUSE'
      ? `the port is taken: stop what uses it, or choose another with ${portFlag}`
      : error.message;
  return new ParetoError('unavailable', `cannot listen on ${host}:${port}: ${why}`, { cause: error });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
