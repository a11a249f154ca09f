// A gRPC server with typed async handlers, health checks, reflection and graceful draining.

import { logVerbosity, Server, setLogVerbosity, type ServerCredentials } from '@grpc/grpc-js';
import { errorText, milliseconds, ParetoError, systemClock, TimerWheel, type Clock } from '@pareto/core';
import { createIdleWatch } from '../calls/close-idle.js';
import { injectStreams, withGate, type ServerGate } from '../calls/http2-server.js';
import type { CallHead } from '../calls/incoming-call.js';
import type { MessageShape } from '../calls/message-shape.js';
import type { ServiceHandlers, ServiceName, UnaryMethod } from '../calls/services.js';
import { createLimiter, type Limiter } from '../limits/limiter.js';
import { serverCredentials, type ServerTls } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import type { Hop } from '../transport/hop.js';
import { createFrameFront } from './frame-front.js';
import type { FrameServer } from './frame-server.js';
import { createHealth, healthService } from './health.js';
import { implement } from './implement.js';
import { createLocalInfer, type LocalInfer, type RoutedHandler } from './local-call.js';
import { addReflection, reflectionPaths } from './reflection.js';

// grpc-js prints some errors on stderr that it also returns. The callers log those.
setLogVerbosity(logVerbosity.NONE);

/**
 * Returns the check of the callers of a method, which runs before anything of a request is read and throws the error of
 * a call that it rejects. Undefined if there is no check. Called once for each method with its full path.
 */
export type Guard = (method: string) => ((call: CallHead) => void) | undefined;

export interface ServerOptions {
  /** Checks of the added methods. Health checks and reflection are open to every client that can connect. */
  readonly guard?: Guard;
  /** Plain text if undefined. */
  readonly tls?: ServerTls;
  /** Limits of the process. The default limits, for this server alone, if undefined. */
  readonly limiter?: Limiter;
  /** Interval between pings of an idle connection. */
  readonly keepaliveMs?: number;
  readonly maxConnectionIdleMs?: number;
  /** Age at which a connection is closed. Unlimited if undefined. */
  readonly maxConnectionAgeMs?: number | undefined;
  /** Transport of unary calls of encoded messages. `frames` if omitted. All other calls are served by gRPC for Node. */
  readonly hop?: Hop;
  readonly clock?: Clock;
  /** Called with each error of a handler other than a ParetoError, whose text is not sent to the caller. */
  readonly onError?: (method: string, error: unknown) => void;
}

export interface RpcServer {
  add<S extends ServiceName>(service: S, handlers: NoInfer<ServiceHandlers<S>>): void;
  /**
   * Creates a function that calls a handler within this process, as `path` calls it for queries over connections: a unary
   * method of encoded messages, whose limits apply.
   */
  localInfer(path: string, handler: RoutedHandler): LocalInfer;
  /**
   * Binds host:port and returns the port. Port 0 means any free one. Throws `unavailable` if the port is in use, with the
   * flag that changes it, `--port` if omitted.
   */
  listen(host: string, port: number, portFlag?: string): Promise<number>;
  /** Sets the result of health checks, of the whole server and of each service. */
  setServing(serving: boolean): void;
  /** Reports NOT_SERVING, accepts no new connections and waits for calls to finish, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  close(): void;
}

export function createServer(options: ServerOptions = {}): RpcServer {
  const { guard, tls, hop = 'frames', keepaliveMs = 30_000, maxConnectionAgeMs } = options;
  const { clock = systemClock, onError = (): void => undefined } = options;
  const limiter = options.limiter ?? createLimiter();
  const limit = limiter.limits.messageBytes;
  const server = new Server({
    'grpc.max_receive_message_length': limit,
    'grpc.max_send_message_length': limit,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.max_connection_idle_ms': 2 ** 31 - 1,
    'grpc.max_connection_age_ms': maxConnectionAgeMs ?? 2 ** 31 - 1,
  });
  const context = { clock, timers: new TimerWheel(clock), onError, limiter };
  const checks = new Map<string, ReturnType<Guard>>();
  const requestStreams = new Set<string>(reflectionPaths);
  const shapes = new Map<string, MessageShape>();
  const rawMethods = new Map<string, UnaryMethod>();
  const gate: ServerGate = {
    ...{ hop, limiter },
    checkOf: (path) => checks.get(path),
    isRequestStream: (path) => requestStreams.has(path),
    shapeOf: (path) => shapes.get(path),
    watchIdle: createIdleWatch(options.maxConnectionIdleMs ?? 600_000, clock),
    rawMethodOf: (path) => (hop === 'grpc-js' ? undefined : rawMethods.get(path)),
  };
  const health = createHealth();
  const names: string[] = [''];
  const setServing = (serving: boolean): void => {
    for (const name of names) health.set(name, serving);
  };
  health.addTo(server);
  let front: FrameServer | undefined;
  const close = (): void => {
    front?.close();
    server.forceShutdown();
  };
  return {
    add(service, handlers) {
      names.push(service);
      health.set(service, false);
      const { definition, implementation, ...own } = implement(service, handlers, context);
      for (const { path, requestStream } of Object.values(definition)) {
        checks.set(path, guard?.(path));
        if (requestStream) requestStreams.add(path);
      }
      for (const [path, shape] of own.shapes) shapes.set(path, shape);
      for (const [path, method] of own.raw) rawMethods.set(path, method);
      // gRPC for Node answers the other methods UNIMPLEMENTED from their headers. It rejects an empty service.
      if (Object.keys(definition).length > 0) server.addService(definition, implementation);
    },
    localInfer(path, handler) {
      const method = rawMethods.get(path);
      if (method === undefined) throw new Error(`the server has no unary method of encoded messages ${path}`);
      return createLocalInfer(method, handler);
    },
    async listen(host, port, portFlag = '--port') {
      addReflection(server, [...names.slice(1), healthService]);
      const address = formatAddress(host, port);
      try {
        if (hop !== 'frames') return await withGate(gate, () => bind(server, serverCredentials(tls), address));
        front = createFrameFront({ gate, pass: injectStreams(server), tls, keepaliveMs, maxConnectionAgeMs, clock });
        return await front.listen(host, port);
      } catch (error) {
        throw cannotListen(error, address, portFlag);
      }
    },
    setServing,
    async drain(timeoutMs) {
      setServing(false);
      await new Promise<void>((resolve) => {
        const timer = clock.after(milliseconds(timeoutMs), resolve);
        void (front?.drain() ?? shutDown(server)).then(() => {
          timer[Symbol.dispose]();
          resolve();
        });
      });
      close();
    },
    close,
  };
}

const shutDown = (server: Server): Promise<void> => new Promise((resolve) => server.tryShutdown(() => resolve()));

function bind(server: Server, credentials: ServerCredentials, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
}

function cannotListen(error: unknown, address: string, portFlag: string): ParetoError {
  const text = errorText(error);
  const taken = text.includes('EADDRINUSE');
  const why = taken ? `the port is taken: stop what uses it, or choose another with ${portFlag}` : text;
  return new ParetoError('unavailable', `cannot listen on ${address}: ${why}`, { cause: error });
}
