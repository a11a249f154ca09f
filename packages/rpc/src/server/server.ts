// A gRPC server with typed async handlers, health checks, reflection and graceful draining.

import {
  logVerbosity,
  Metadata,
  Server,
  setLogVerbosity,
  type sendUnaryData,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type {
  ServerCredentials,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { ParetoError, systemClock, type Clock } from '@pareto/core';
import { withHttp2Settings } from '../calls/http2-server.js';
import { serializeOnce } from '../calls/encode-once.js';
import { defaultMaxMessageBytes, formatAddress } from '../transport/options.js';
import { serviceDefinition } from '../calls/protos.js';
import { addReflection } from './reflection.js';
import { createServerCall, type ServerCall } from '../calls/server-call.js';
import type { ServiceHandlers, ServiceName } from '../calls/services.js';
import { hidesText, toStatus } from '../transport/status.js';
import { serverCredentials, type ServerTls } from '../tls/server-tls.js';
import { duplex, readMessages, writeMessage } from '../transport/streams.js';

// grpc-js prints some errors on stderr that it also returns. The callers log those.
setLogVerbosity(logVerbosity.NONE);

/**
 * Returns the check to run before each call of a method, which throws the error of a call that it rejects. Undefined if
 * there is no check. Called once for each method with its full path.
 */
export type Guard = (method: string) => ((call: ServerCall) => void) | undefined;

export interface ServerOptions {
  /** Checks of the added methods. Health checks and reflection are open to every client that can connect. */
  readonly guard?: Guard;
  /** Plain text if undefined. */
  readonly tls?: ServerTls;
  readonly maxMessageBytes?: number;
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
  /** Binds host:port and returns the port. Port 0 means any free one. Throws `unavailable` if the port is in use. */
  listen(host: string, port: number): Promise<number>;
  /** Sets the result of health checks, of the whole server and of each service. */
  setServing(serving: boolean): void;
  /** Reports NOT_SERVING, accepts no new connections and waits for calls to finish, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  close(): void;
}

type AnyHandler = (input: unknown, call: ServerCall) => unknown;

interface Context {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly onError: (method: string, error: unknown) => void;
}

function unary(method: string, handler: AnyHandler, context: Context): UntypedHandleCall {
  return (
    call: ServerUnaryCall<unknown, unknown> | ServerReadableStream<unknown, unknown>,
    callback: sendUnaryData<unknown>,
  ): void => {
    const trailers = new Metadata();
    const input = 'request' in call ? call.request : readMessages<unknown>(call);
    const { serverCall, answered } = createServerCall(call, trailers, context.clock);
    Promise.resolve()
      .then(() => handler(input, serverCall))
      .then(
        (reply) => {
          answered();
          callback(null, reply, trailers);
        },
        (error: unknown) => {
          answered();
          if (hidesText(error)) context.onError(method, error);
          callback(toStatus(error, trailers));
        },
      );
  };
}

function streaming(method: string, handler: AnyHandler, context: Context): UntypedHandleCall {
  return (call: ServerDuplexStream<unknown, unknown> | ServerWritableStream<unknown, unknown>): void => {
    const trailers = new Metadata();
    const { serverCall, answered } = createServerCall(call, trailers, context.clock);
    const run = async (): Promise<void> => {
      if (!('request' in call)) {
        await handler(duplex(call), serverCall);
        return;
      }
      for await (const message of handler(call.request, serverCall) as AsyncIterable<unknown>) {
        if (serverCall.signal.aborted) return;
        await writeMessage(call, message);
      }
    };
    run().then(
      () => {
        answered();
        call.end(trailers);
      },
      (error: unknown) => {
        if (serverCall.signal.aborted) return;
        answered();
        if (hidesText(error)) context.onError(method, error);
        call.emit('error', toStatus(error, trailers));
      },
    );
  };
}

const isRaw = (handler: unknown): handler is { readonly raw: unknown } =>
  typeof handler === 'object' && handler !== null && 'raw' in handler;
const identity = (message: Buffer): Buffer => message;

function guarded(handler: AnyHandler, check: ReturnType<Guard>): AnyHandler {
  if (check === undefined) return handler;
  return (input, call) => {
    check(call);
    return handler(input, call);
  };
}

function implement(
  name: ServiceName,
  handlers: object,
  context: Context,
): [ServiceDefinition, UntypedServiceImplementation] {
  const definition: Record<string, ServiceDefinition[string]> = { ...serviceDefinition(name) };
  const implementation: Record<string, UntypedHandleCall> = {};
  const given = new Map<string, unknown>(Object.entries(handlers));
  for (const [method, spec] of Object.entries(definition)) {
    const handler = given.get(spec.originalName ?? method);
    if (handler === undefined) continue;
    if (isRaw(handler)) definition[method] = { ...spec, requestDeserialize: identity, responseSerialize: identity };
    else definition[method] = { ...spec, responseSerialize: serializeOnce(spec.responseSerialize) };
    const adapt = spec.responseStream ? streaming : unary;
    const plain = (isRaw(handler) ? handler.raw : handler) as AnyHandler;
    implementation[method] = adapt(spec.path, guarded(plain, context.guard(spec.path)), context);
  }
  return [definition as ServiceDefinition, implementation];
}

export function createServer(options: ServerOptions = {}): RpcServer {
  const limit = options.maxMessageBytes ?? defaultMaxMessageBytes;
  const server = new Server({
    'grpc.max_receive_message_length': limit,
    'grpc.max_send_message_length': limit,
    'grpc.keepalive_time_ms': options.keepaliveMs ?? 30_000,
    'grpc.max_connection_idle_ms': options.maxConnectionIdleMs ?? 600_000,
    'grpc.max_connection_age_ms': options.maxConnectionAgeMs ?? 2 ** 31 - 1,
  });
  const context: Context = {
    guard: options.guard ?? ((): undefined => undefined),
    clock: options.clock ?? systemClock,
    onError: options.onError ?? ((): void => undefined),
  };
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  const names: string[] = [''];
  const setServing = (serving: boolean): void => {
    for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
  health.addToServer(server);
  return {
    add(service, handlers) {
      names.push(service);
      server.addService(...implement(service, handlers, context));
    },
    async listen(host, port) {
      addReflection(server, [...names.slice(1), 'grpc.health.v1.Health']);
      return withHttp2Settings(() => bind(server, serverCredentials(options.tls), formatAddress(host, port)));
    },
    setServing,
    drain: (timeoutMs) => drain(server, () => setServing(false), timeoutMs, context.clock),
    close: () => server.forceShutdown(),
  };
}

function bind(server: Server, credentials: ServerCredentials, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) return resolve(bound);
      const taken = error.message.includes('EADDRINUSE');
      const why = taken ? 'the port is taken: stop what uses it, or choose another with --port' : error.message;
      return reject(new ParetoError('unavailable', `cannot listen on ${address}: ${why}`, { cause: error }));
    });
  });
}

async function drain(server: Server, reportNotServing: () => void, timeoutMs: number, clock: Clock): Promise<void> {
  reportNotServing();
  await new Promise<void>((resolve) => {
    const timer = clock.after(timeoutMs as ReturnType<Clock['now']>, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      timer[Symbol.dispose]();
      resolve();
    });
  });
}
