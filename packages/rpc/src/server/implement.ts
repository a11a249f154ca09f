// Adapts typed async handlers to the calls of a server, whose messages are encoded.

import { decoderOf, notOneMessage } from '../calls/decode-request.js';
import {
  joinSlices,
  type MethodDefinition,
  payloadOf,
  serializeOnce,
  serviceDefinition,
  shapeOfMessage,
} from '@pareto/protocol';
import {
  isInternal,
  type MessageStream,
  type MethodParts,
  type StreamMethod,
  type UnaryMethod,
} from '../calls/method.js';
import type { CallHead, ServerCall } from '../calls/server-call.js';
import { rawUnary, type RawDuplex, type RawUnary } from '../calls/services.js';
import type { Limiter } from '../limits/limiter.js';
import { hidesText } from '../transport/status.js';
import type { DuplexStream } from '../transport/streams.js';

export interface Context extends Pick<MethodParts, 'clock' | 'timers'> {
  readonly limiter: Limiter;
  readonly onError: (method: string, error: unknown) => void;
}

type Serve = StreamMethod['serve'];

interface Coding {
  readonly path: string;
  readonly decode: (message: Buffer) => unknown;
  readonly encode: (message: object) => Buffer;
}

/**
 * Returns the check of the callers of a method, which runs before anything of a request is read and throws the error of
 * a call that it rejects. Undefined if there is no check. Called once for each method with its full path.
 */
export type Guard = (method: string) => ((call: CallHead) => void) | undefined;

/** Returns the part that methods of both kinds have, of a method that is open to every client. */
export function methodParts(path: string, { clock, timers, limiter, onError }: Context): MethodParts {
  const report = (error: unknown): void => {
    limiter.count(error);
    if (hidesText(error)) onError(path, error);
  };
  const open = { check: undefined, isRequestStream: false, shape: undefined };
  return { path, ...open, report, maxReplyBytes: limiter.limits.messageBytes, clock, timers };
}

/** Returns the methods of a service that have a handler. */
export function implement(
  name: string,
  handlers: object,
  context: Context,
  guard?: Guard,
): readonly (UnaryMethod | StreamMethod)[] {
  const given = new Map<string, unknown>(Object.entries(handlers));
  return Object.entries(serviceDefinition(name)).flatMap(([method, definition]) => {
    const { path, originalName = method, requestStream } = definition;
    const handler = given.get(originalName);
    if (handler === undefined) return [];
    const shape = isInternal(path) ? undefined : shapeOfMessage(definition);
    const parts = methodParts(path, context);
    return methodOf(definition, handler, { ...parts, check: guard?.(path), isRequestStream: requestStream, shape });
  });
}

function methodOf(definition: MethodDefinition, handler: unknown, parts: MethodParts): UnaryMethod | StreamMethod {
  const { path, requestStream, responseStream, responseSerialize } = definition;
  const coding: Coding = { path, decode: decoderOf(definition), encode: serializeOnce(responseSerialize) };
  if (!requestStream && !responseStream) {
    const unary = isRaw(handler) ? (handler as RawUnary) : decodedUnary(handler, coding);
    return { kind: 'unary', ...parts, handler: unary.raw };
  }
  const serveWith = requestStream ? (responseStream ? duplex : clientStream) : serverStream;
  return { kind: 'stream', ...parts, serve: serveWith(handler, coding) };
}

const isRaw = (handler: unknown): handler is { readonly raw: unknown } =>
  typeof handler === 'object' && handler !== null && 'raw' in handler;

function decodedUnary(handler: unknown, { decode, encode }: Coding): RawUnary {
  const run = handler as (request: unknown, call: ServerCall) => Promise<object>;
  return rawUnary(async ({ slices }, call) => payloadOf(encode(await run(decode(joinSlices(slices)), call))));
}

const streamOf = <In, Out>(
  messages: AsyncIterable<In>,
  write: (message: Out) => Promise<void>,
): DuplexStream<In, Out> => ({
  [Symbol.asyncIterator]: () => messages[Symbol.asyncIterator](),
  write,
  end: () => undefined,
});

function duplex(handler: unknown, { decode, encode }: Coding): Serve {
  if (isRaw(handler)) return keeping(handler as RawDuplex);
  const run = handler as (stream: DuplexStream<unknown, object>, call: ServerCall) => Promise<void>;
  return (stream, call) => {
    const write = (message: object): Promise<void> => stream.write(encode(message));
    return run(streamOf(decodeEach(stream, decode), write), call);
  };
}

/** Serves a handler that keeps each encoded message until it writes the answer to it. */
function keeping({ raw }: RawDuplex): Serve {
  return (stream, call) => {
    const write = async (message: Buffer): Promise<void> => {
      await stream.write(message);
      stream.finished();
    };
    return raw(streamOf(stream, write), call);
  };
}

const clientStream =
  (handler: unknown, { decode, encode }: Coding): Serve =>
  async (stream, call) => {
    const run = handler as (messages: AsyncIterable<unknown>, call: ServerCall) => Promise<object>;
    await stream.write(encode(await run(decodeEach(stream, decode), call)));
  };

const serverStream =
  (handler: unknown, { path, decode, encode }: Coding): Serve =>
  async (stream, call) => {
    const run = handler as (request: unknown, call: ServerCall) => AsyncIterable<object>;
    for await (const message of run(decode(await onlyMessage(stream, path)), call)) {
      if (call.cancellation.aborted) return;
      await stream.write(encode(message));
    }
  };

/** Decodes messages one by one. A message is finished when the next one is read. */
async function* decodeEach(
  stream: MessageStream,
  decode: (message: Buffer) => unknown,
): AsyncGenerator<unknown, void, undefined> {
  for await (const message of stream) {
    try {
      yield decode(message);
    } finally {
      stream.finished();
    }
  }
}

/** Returns the only message of a request, which counts until the end of the call. */
async function onlyMessage(stream: MessageStream, path: string): Promise<Buffer> {
  let only: Buffer | undefined;
  for await (const message of stream) {
    if (only !== undefined) throw notOneMessage('a second', `a method of one, ${path}`);
    only = message;
  }
  if (only === undefined) throw notOneMessage('no', `a method of one, ${path}`);
  return only;
}
