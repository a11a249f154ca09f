// Inflates the compressed messages of a call within the limits.

import { createGunzip, createInflate } from 'node:zlib';
import { errorText, ParetoError } from '@pareto/core';
import { joinSlices, limitError, type MessageReader, payloadOf } from '@pareto/protocol';
import { messageHead } from '../transport/message-head.js';
import { MessageBounds } from './message-bounds.js';

export interface InflateOptions {
  /** Value of the header `grpc-encoding`. */
  readonly encoding: Encoding;
  readonly maxBytes: number;
  /** Reads the inflated messages. */
  readonly reader: MessageReader | undefined;
  /** Counts inflated bytes. Returns false if the call was ended. */
  readonly take: (bytes: number) => boolean;
  /** Receives the data of the call with inflated messages, and null at its end. */
  readonly push: (data: Buffer | null) => void;
  readonly fail: (error: unknown) => void;
}

export type Encoding = 'gzip' | 'deflate';

/** Returns the encoding of compressed messages, by the header. Throws `unimplemented` for an unknown one. */
export function encodingOf(header: unknown = 'identity'): Encoding | undefined {
  if (header === 'gzip' || header === 'deflate') return header;
  if (header === 'identity') return undefined;
  throw new ParetoError(
    'unimplemented',
    `the encoding '${String(header)}' is not supported: send identity, gzip or deflate`,
  );
}

/** Size of the parts of an inflated message. */
const chunkSize = 64 * 1024;

/**
 * Returns a function that takes the data of a call as it arrives, and null at its end. It returns true: the receive
 * window of the stream bounds what waits here.
 */
export function inflateMessages(options: InflateOptions): (data: Buffer | null) => true {
  const { reader, push, fail } = options;
  let parts: Buffer[] = [];
  let isCompressed = false;
  let done = Promise.resolve();
  let isFailed = false;

  const later = (work: () => Promise<void> | void): void => {
    done = done
      .then(() => (isFailed ? undefined : work()))
      .catch((error: unknown) => {
        isFailed = true;
        fail(error);
      });
  };
  async function deliver(message: Buffer, isPlain: boolean): Promise<void> {
    reader?.begin(false);
    if (isPlain) reader?.read(message, 0, message.length);
    const { length, slices } = payloadOf(isPlain ? [message] : await inflate(message, options));
    reader?.end();
    for (const part of [messageHead(length), ...slices]) push(part);
  }
  const messages = new MessageBounds(Infinity, {
    begin(isOfThis) {
      isCompressed = isOfThis;
      parts = [];
    },
    read: ({ buffer, byteOffset }, from, to) => void parts.push(Buffer.from(buffer, byteOffset + from, to - from)),
    end() {
      const [message, isPlain] = [joinSlices(parts), !isCompressed];
      later(() => deliver(message, isPlain));
    },
  });
  return (data) => {
    if (data === null) later(() => push(data));
    else messages.follow(data);
    return true;
  };
}

const malformed = (error: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the message cannot be inflated: ${errorText(error)}`);

/** Returns the parts of an inflated message. */
function inflate(compressed: Buffer, { encoding, maxBytes, reader, take }: InflateOptions): Promise<readonly Buffer[]> {
  const inflater = encoding === 'gzip' ? createGunzip({ chunkSize }) : createInflate({ chunkSize });
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const fail = (error: Error): void => {
      inflater.destroy();
      reject(error);
    };
    inflater.on('data', (part: Buffer) => {
      length += part.length;
      parts.push(part);
      try {
        if (length > maxBytes) throw tooLarge(maxBytes);
        if (!take(part.length)) throw new ParetoError('resource-exhausted', 'the call was ended');
        reader?.read(part, 0, part.length);
      } catch (error) {
        fail(error as Error);
      }
    });
    inflater.on('error', (error) => fail(malformed(error)));
    inflater.on('end', () => resolve(parts));
    inflater.end(compressed);
  });
}

const tooLarge = (maxBytes: number): ParetoError =>
  limitError(
    'messageBytes',
    'resource-exhausted',
    `Received message that decompresses to a size larger than ${maxBytes}`,
  );
