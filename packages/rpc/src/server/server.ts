// A gRPC server: typed async handlers, health, reflection, our receive window, graceful drain.

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
import { withServerWindow } from '../calls/http2-server.js';
import { serializeOnce } from '../calls/encode-once.js';
import { defaultMaxMessageBytes, formatAddress } from '../transport/options.js';
import { serviceDefinition } from '../calls/protos.js';
import { addReflection } from './reflection.js';
import { createServerCall, type ServerCall } from '../calls/server-call.js';
import type { ServiceHandlers, ServiceName } from '../calls/services.js';
import { toStatus } from '../transport/status.js';
import { serverCredentials, type ServerTls } from '../tls/server-tls.js';
import { duplex, readMessages, writeMessage } from '../transport/streams.js';

// grpc-js prints some failures on stderr that it also returns; they are ours to tell.
setLogVerbosity(logVerbosity.NONE);

/** Asked once for each method: the check in front of its every call, which throws what to refuse it with; undefined: none. */
export type Guard = (method: string) => ((call: ServerCall) => void) | undefined;

export interface ServerOptions {
  /** Of every method that is added; health and reflection are for all who can connect. `method` is its full path. */
  readonly guard?: Guard;
  /** Left out: plain text. */
  readonly tls?: ServerTls;
  readonly maxMessageBytes?: number;
  /** How often an idle connection is pinged. */
  readonly keepaliveMs?: number;
  readonly maxConnectionIdleMs?: number;
  /** Undefined: never. */
  readonly maxConnectionAgeMs?: number | undefined;
  readonly clock?: Clock;
  /** Told of everything thrown that is not a ParetoError: its text is not on the wire. */
  readonly onError?: (method: string, error: unknown) => void;
}

export interface RpcServer {
  add<S extends ServiceName>(service: S, handlers: NoInfer<ServiceHandlers<S>>): void;
  /** Binds host:port (0: any free port) and answers the port. Throws `unavailable` when it is taken. */
  listen(host: string, port: number): Promise<number>;
  /** What health checks answer, for the whole server and each service. */
  setServing(serving: boolean): void;
  /** Says NOT_SERVING, takes no new connections and waits for calls to end, at most `timeoutMs`. */
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
          if (!(error instanceof ParetoError)) context.onError(method, error);
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
        if (!(error instanceof ParetoError)) context.onError(method, error);
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
      return withServerWindow(() => bind(server, serverCredentials(options.tls), formatAddress(host, port)));
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

async function drain(server: Server, sayNotServing: () => void, timeoutMs: number, clock: Clock): Promise<void> {
  sayNotServing();
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
