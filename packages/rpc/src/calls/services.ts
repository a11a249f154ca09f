// Types of the handlers and clients of every service, derived from the generated types.

import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { Payload, ServiceName, Services } from '@pareto/protocol';
import type { CallOptions } from '../transport/options.js';
import type { ServerCall } from './server-call.js';
import type { DuplexStream } from '../transport/streams.js';

export type UnaryHandler<In, Out> = (request: In, call: ServerCall) => Promise<Out>;

/** Receiver of the outcome of a call, of which only the first one counts. */
export interface ReplyReceiver {
  succeed(reply: Payload): void;
  fail(error: unknown): void;
}

/** Calls the receiver immediately or later, since promises take longer. May throw instead of `fail`. */
export type ReceiverHandler = (request: Payload, call: ServerCall, receiver: ReplyReceiver) => void;

/** A unary handler that accepts and returns encoded messages. */
export interface RawUnary {
  readonly raw: ReceiverHandler;
}

/** Creates a unary handler for encoded messages. */
export const rawUnary = (handler: UnaryHandler<Payload, Payload>): RawUnary => ({
  raw(request, call, receiver) {
    handler(request, call).then(
      (reply) => receiver.succeed(reply),
      (error: unknown) => receiver.fail(error),
    );
  },
});

/** Creates a unary handler as `rawUnary` does, from one that calls a receiver. */
export const rawUnaryWithReceiver = (raw: ReceiverHandler): RawUnary => ({ raw });

type DuplexHandler<In, Out> = (stream: DuplexStream<In, Out>, call: ServerCall) => Promise<void>;

/** A handler of a bidirectional stream of encoded messages. Created by `rawDuplex`. */
export interface RawDuplex {
  readonly raw: DuplexHandler<Buffer, Buffer>;
}

/** Creates a handler of a bidirectional stream of encoded messages. */
export const rawDuplex = (raw: DuplexHandler<Buffer, Buffer>): RawDuplex => ({ raw });

type Handler<H extends (...args: never) => unknown> =
  Parameters<H>[0] extends grpc.ServerDuplexStream<infer In, infer Out>
    ? DuplexHandler<In, Out>
    : Parameters<H>[0] extends grpc.ServerWritableStream<infer In, infer Out>
      ? (request: In, call: ServerCall) => AsyncIterable<Out>
      : Parameters<H> extends [grpc.ServerReadableStream<infer In, infer _Out>, grpc.sendUnaryData<infer Out>]
        ? (messages: AsyncIterable<In>, call: ServerCall) => Promise<Out>
        : Parameters<H> extends [grpc.ServerUnaryCall<infer In, infer _Out>, grpc.sendUnaryData<infer Out>]
          ? UnaryHandler<In, Out> | RawUnary
          : never;

type Method<H extends (...args: never) => unknown, D> =
  D extends MethodDefinition<infer In, infer _A, infer _B, infer Out>
    ? Parameters<H>[0] extends grpc.ServerDuplexStream<infer _In, infer _Out>
      ? (options?: CallOptions) => DuplexStream<Out, In>
      : Parameters<H>[0] extends grpc.ServerWritableStream<infer _In, infer _Out>
        ? (request: In, options?: CallOptions) => AsyncIterable<Out>
        : Parameters<H> extends [grpc.ServerReadableStream<infer _In, infer _Out>, infer _Callback]
          ? (messages: AsyncIterable<In>, options?: CallOptions) => Promise<Out>
          : (request: In, options?: CallOptions) => Promise<Out>
    : never;

type MethodNames<T> = keyof { [K in keyof T as string extends K ? never : K & string]: true };

/** `service/Method` of each method of the services. */
export type MethodPath<S extends ServiceName = ServiceName> = {
  readonly [N in S]: `${N}/${MethodNames<Services[N][0]>}`;
}[S];

/** The handlers of a service. A call of a method without a handler fails with UNIMPLEMENTED. */
export type ServiceHandlers<S extends ServiceName> = {
  readonly [M in MethodNames<Services[S][0]> as Uncapitalize<M>]?: Services[S][0][M] extends (...args: never) => unknown
    ? Handler<Services[S][0][M]> | (M extends 'ModelStreamInfer' ? RawDuplex : never)
    : never;
};

/** A client of a service: a function for each method. */
export type ServiceClient<S extends ServiceName> = {
  readonly [M in MethodNames<Services[S][0]> as Uncapitalize<M>]: Services[S][0][M] extends (...args: never) => unknown
    ? M extends keyof Services[S][1]
      ? Method<Services[S][0][M], Services[S][1][M]>
      : never
    : never;
};
