// Adapts typed async handlers to the calls of gRPC for Node. Requests arrive here as bytes.

import {
  Metadata,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Clock } from '@pareto/core';
import { incomingCall } from '../calls/admit-stream.js';
import { decoderOf } from '../calls/decode-request.js';
import { serializeOnce } from '../calls/encode-once.js';
import type { IncomingCall } from '../calls/incoming-call.js';
import type { MessageShape } from '../calls/message-shape.js';
import { isInternal } from '../calls/method-limits.js';
import { serviceDefinition, shapeOfMessage } from '../calls/protos.js';
import { OpenCall, type ServerCall } from '../calls/server-call.js';
import type { RawUnary, ServiceName, UnaryMethod } from '../calls/services.js';
import type { Limiter } from '../limits/limiter.js';
import { joinFrames, payloadOf, type Payload } from '../oip/payload.js';
import { hidesText, toStatus } from '../transport/status.js';
import { duplex, readMessages, writeMessage, type DuplexStream } from '../transport/streams.js';

interface Context {
  readonly clock: Clock;
  /** Timers of deadlines. */
  readonly timers: Pick<Clock, 'after'>;
  readonly limiter: Limiter;
  readonly onError: (method: string, error: unknown) => void;
}

interface Method extends Pick<Context, 'clock'> {
  readonly handler: (input: unknown, call: ServerCall) => unknown;
  readonly decode: (message: Buffer) => unknown;
  /** Logs what the status of an error does not tell, and counts the limit that was reached. */
  readonly report: (error: unknown) => void;
  /** Set if the handler of a stream keeps each message until it writes the answer to it. */
  readonly keepsMessages: boolean;
}

/** The status of a call that ended before its handler could begin. */
const ended = { code: status.CANCELLED, details: 'the call has ended' };

function unary({ handler, decode, clock, report }: Method): UntypedHandleCall {
  return (
    call: ServerUnaryCall<Buffer, unknown> | ServerReadableStream<Buffer, unknown>,
    callback: sendUnaryData<unknown>,
  ): void => {
    const trailers = new Metadata();
    const incoming = incomingCall(call.metadata);
    if (incoming === undefined) return callback(ended);
    const open = new OpenCall(Number(call.getDeadline()) - clock.wallMs(), incoming, trailers, clock);
    call.on('cancelled', () => open.cancel());
    const input = (): unknown =>
      'request' in call ? decode(call.request) : decodeEach(readMessages<Buffer>(call), incoming, decode);
    const answer = (reply: unknown): void => {
      open.answered();
      callback(null, reply, trailers);
    };
    const fail = (error: unknown): void => {
      open.answered();
      report(error);
      callback(toStatus(error, trailers));
    };
    const run = (): void => {
      if (open.cancellation.aborted) return fail(open.cancellation.reason);
      try {
        (handler(input(), open) as Promise<unknown>).then(answer, fail);
      } catch (error) {
        fail(error);
      }
    };
    // The messages of a stream take turns one by one.
    const turn = 'request' in call ? incoming.turn() : undefined;
    if (turn === undefined) run();
    else void turn.then(run);
  };
}

function streaming({ handler, decode, keepsMessages, clock, report }: Method): UntypedHandleCall {
  return (call: ServerDuplexStream<Buffer, unknown> | ServerWritableStream<Buffer, unknown>): void => {
    const trailers = new Metadata();
    const incoming = incomingCall(call.metadata);
    if (incoming === undefined) return void call.emit('error', ended);
    const open = new OpenCall(Number(call.getDeadline()) - clock.wallMs(), incoming, trailers, clock);
    call.on('cancelled', () => open.cancel());
    const run = async (): Promise<void> => {
      if (!('request' in call)) {
        const stream = duplex<Buffer, unknown>(call);
        await handler(keepsMessages ? keep(stream, incoming) : decodeAll(stream, incoming, decode), open);
        return;
      }
      await incoming.turn();
      for await (const message of handler(decode(call.request), open) as AsyncIterable<unknown>) {
        if (open.cancellation.aborted) return;
        await writeMessage(call, message);
      }
    };
    run().then(
      () => {
        open.answered();
        call.end(trailers);
      },
      (error: unknown) => {
        if (open.cancellation.aborted) return;
        open.answered();
        report(error);
        call.emit('error', toStatus(error, trailers));
      },
    );
  };
}

/** Decodes messages one by one. A message is finished when the next one is read. */
async function* decodeEach(
  messages: AsyncIterable<Buffer>,
  incoming: IncomingCall,
  decode: (message: Buffer) => unknown,
): AsyncGenerator<unknown, void, undefined> {
  for await (const message of messages) {
    incoming.took(message.length);
    await incoming.turn();
    try {
      yield decode(message);
    } finally {
      incoming.finished();
    }
  }
}

function decodeAll(
  stream: DuplexStream<Buffer, unknown>,
  incoming: IncomingCall,
  decode: (message: Buffer) => unknown,
): DuplexStream<unknown, unknown> {
  const messages = decodeEach(stream, incoming, decode);
  return {
    [Symbol.asyncIterator]: () => messages,
    write: (message) => stream.write(message),
    end: () => stream.end(),
  };
}

async function* takeEach(messages: AsyncIterable<Buffer>, incoming: IncomingCall): AsyncGenerator<Buffer> {
  for await (const message of messages) {
    incoming.took(message.length);
    await incoming.turn();
    yield message;
  }
}

function keep(stream: DuplexStream<Buffer, unknown>, incoming: IncomingCall): DuplexStream<Buffer, unknown> {
  const messages = takeEach(stream, incoming);
  return {
    [Symbol.asyncIterator]: () => messages,
    async write(message) {
      await stream.write(message);
      incoming.finished();
    },
    end: () => stream.end(),
  };
}

const isRaw = (handler: unknown): handler is { readonly raw: unknown } =>
  typeof handler === 'object' && handler !== null && 'raw' in handler;
const isRawUnary = (handler: unknown, spec: ServiceDefinition[string]): handler is RawUnary =>
  isRaw(handler) && !spec.requestStream && !spec.responseStream;
const identity = (message: Buffer): Buffer => message;
const rawMessages = { decode: identity, encode: identity };
const rawPayloads = { decode: payloadOf, encode: ({ frames }: Payload) => joinFrames(frames) };

export interface Implemented {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Shapes of requests, by the path of their method. */
  readonly shapes: ReadonlyMap<string, MessageShape>;
  /** Unary methods of encoded messages, by their path. */
  readonly raw: ReadonlyMap<string, UnaryMethod>;
}

/** Returns what gRPC for Node needs to serve the handlers of a service. */
export function implement(
  name: ServiceName,
  handlers: object,
  { clock, timers, limiter, onError }: Context,
): Implemented {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  const shapes = new Map<string, MessageShape>();
  const raw = new Map<string, UnaryMethod>();
  const given = new Map<string, unknown>(Object.entries(handlers));
  for (const [method, spec] of Object.entries(serviceDefinition(name))) {
    const handler = given.get(spec.originalName ?? method);
    if (handler === undefined) continue;
    const hasBytes = isRaw(handler);
    const coding = spec.requestStream ? rawMessages : rawPayloads;
    const responseSerialize = hasBytes ? coding.encode : serializeOnce(spec.responseSerialize);
    definition[method] = { ...spec, requestDeserialize: identity, responseSerialize };
    if (!isInternal(spec.path)) shapes.set(spec.path, shapeOfMessage(spec));
    const report = (error: unknown): void => {
      limiter.count(error);
      if (hidesText(error)) onError(spec.path, error);
    };
    if (isRawUnary(handler, spec)) {
      const maxReplyBytes = limiter.limits.messageBytes;
      const { handler: run, canStart } = handler;
      raw.set(spec.path, { path: spec.path, handler: run, canStart, report, maxReplyBytes, clock, timers });
    }
    const adapt = spec.responseStream ? streaming : unary;
    implementation[method] = adapt({
      clock,
      report,
      handler: (hasBytes ? handler.raw : handler) as Method['handler'],
      decode: hasBytes ? coding.decode : decoderOf(spec),
      keepsMessages: hasBytes,
    });
  }
  return { definition, implementation, shapes, raw };
}
