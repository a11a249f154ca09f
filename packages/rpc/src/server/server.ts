// A gRPC server with typed async handlers, health checks, reflection and graceful draining.

import { errorText, milliseconds, ParetoError, systemClock, TimerWheel, type Clock } from '@pareto/core';
import type { ServiceName } from '@pareto/protocol';
import type { StreamMethod, UnaryMethod } from '../calls/method.js';
import type { ServiceHandlers } from '../calls/services.js';
import { createLimiter, type Limiter } from '../limits/limiter.js';
import type { ServerTls } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import { createFrameFront } from './frame-front.js';
import { createHealth, healthService } from './health.js';
import { implement, methodParts, type Context, type Guard } from './implement.js';
import { createLocalInfer, type LocalInfer, type RoutedHandler } from './local-call.js';
import { reflectionPaths, serveReflection } from './reflection.js';

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
  /** Reports NOT_SERVING and sends GOAWAY to the connected clients. Still accepts connections and calls. */
  leave(): void;
  /** Reports NOT_SERVING, accepts no new connections and waits for calls to finish, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  close(): void;
}

export function createServer(options: ServerOptions = {}): RpcServer {
  const { guard, tls, keepaliveMs = 30_000, maxConnectionAgeMs, maxConnectionIdleMs = 600_000 } = options;
  const { clock = systemClock, onError = (): void => undefined } = options;
  const limiter = options.limiter ?? createLimiter();
  const context: Context = { clock, timers: new TimerWheel(clock), onError, limiter };
  const methods = new Map<string, UnaryMethod | StreamMethod>();
  const front = createFrameFront({
    ...{ limiter, tls, keepaliveMs, maxConnectionAgeMs, maxConnectionIdleMs, clock },
    methodOf: (path) => methods.get(path) ?? missingMethod(path, context),
  });
  const health = createHealth();
  const names: string[] = [''];
  const setServing = (serving: boolean): void => {
    for (const name of names) health.set(name, serving);
  };
  const addMethods = (service: string, handlers: object, check?: Guard): void => {
    for (const method of implement(service, handlers, context, check)) methods.set(method.path, method);
  };
  addMethods(healthService, health.handlers);
  return {
    add(service, handlers) {
      names.push(service);
      health.set(service, false);
      addMethods(service, handlers, guard);
    },
    localInfer(path, handler) {
      const method = methods.get(path);
      if (method?.kind !== 'unary') throw new Error(`the server has no unary method ${path}`);
      return createLocalInfer(method, handler);
    },
    async listen(host, port, portFlag = '--port') {
      const serve = serveReflection([...names.slice(1), healthService]);
      for (const path of reflectionPaths) {
        const parts = { ...methodParts(path, context), isRequestStream: true };
        methods.set(path, { kind: 'stream', ...parts, serve: serve(path) });
      }
      try {
        return await front.listen(host, port);
      } catch (error) {
        throw cannotListen(error, formatAddress(host, port), portFlag);
      }
    },
    setServing,
    leave() {
      setServing(false);
      front.shed();
    },
    async drain(timeoutMs) {
      setServing(false);
      await new Promise<void>((resolve) => {
        const timer = clock.after(milliseconds(timeoutMs), resolve);
        void front.drain().then(() => {
          timer[Symbol.dispose]();
          resolve();
        });
      });
      front.close();
    },
    close: () => front.close(),
  };
}

/** Returns a method in place of one that the server does not have, which rejects every call. */
function missingMethod(path: string, context: Context): UnaryMethod {
  const check = (): void => {
    throw new ParetoError('unimplemented', `The server does not implement the method ${path}`);
  };
  return { kind: 'unary', ...methodParts(path, context), check, handler: check };
}

function cannotListen(error: unknown, address: string, portFlag: string): ParetoError {
  const text = errorText(error);
  const taken = text.includes('EADDRINUSE');
  const why = taken ? `the port is taken: stop what uses it, or choose another with ${portFlag}` : text;
  return new ParetoError('unavailable', `cannot listen on ${address}: ${why}`, { cause: error });
}
