// The methods of a server, and what their messages may contain.

import type { Clock } from '@pareto/core';
import type { Limits, MessageShape } from '@pareto/protocol';
import type { DuplexStream } from '../transport/streams.js';
import type { CallHead, ServerCall } from './server-call.js';
import type { ReceiverHandler } from './services.js';

/** The part that methods of both kinds have. */
export interface MethodParts {
  readonly path: string;
  /** Throws the error of a caller that it rejects. Undefined if the method is open to every client. */
  readonly check: ((head: CallHead) => void) | undefined;
  readonly isRequestStream: boolean;
  /** Shape of the messages of requests. Undefined if they may have any number of fields. */
  readonly shape: MessageShape | undefined;
  /** Logs what the status of an error does not tell, and counts the limit that was reached. */
  readonly report: (error: unknown) => void;
  readonly maxReplyBytes: number;
  readonly clock: Clock;
  /** Timers of deadlines. */
  readonly timers: Pick<Clock, 'after'>;
}

/** A method with a handler that accepts and returns encoded messages. */
export interface UnaryMethod extends MethodParts {
  readonly kind: 'unary';
  readonly handler: ReceiverHandler;
}

/** A method with a stream of requests, of replies, or of both. */
export interface StreamMethod extends MethodParts {
  readonly kind: 'stream';
  /** Serves one call, whose messages are encoded. The call succeeds when it resolves. */
  readonly serve: (stream: MessageStream, call: ServerCall) => Promise<void>;
}

/** The messages of a call. Each is taken in a turn of the event loop, and counts until it is finished. */
export interface MessageStream extends Omit<DuplexStream<Buffer, Buffer>, 'end'> {
  /** Records that the first of the messages that were taken is no longer needed. */
  finished(): void;
}

/** Methods of clients whose messages have tensors. */
const tensorMethods: ReadonlySet<string> = new Set([
  '/inference.GRPCInferenceService/ModelInfer',
  '/inference.GRPCInferenceService/ModelStreamInfer',
  '/pareto.v1.Inference/Infer',
]);

/** Matches the methods whose messages may have files, or the state of a cluster. */
const isLarge = /^\/pareto\.v1\.(Fleet|Routes|Blobs|Execution)\//;

/** Returns whether only services of the cluster may call a method, whose messages may have any number of fields. */
export const isInternal = (path: string): boolean => /^\/pareto\.v1\.(Fleet\/Join$|Routes\/|Execution\/)/.test(path);

/** The limit of the size of a method's messages. */
export const sizeLimitOf = (path: string): 'messageBytes' | 'smallMessageBytes' =>
  tensorMethods.has(path) || isLarge.test(path) ? 'messageBytes' : 'smallMessageBytes';

export const maxMessageOf = (path: string, limits: Limits): number =>
  Math.min(limits[sizeLimitOf(path)], limits.messageBytes);
