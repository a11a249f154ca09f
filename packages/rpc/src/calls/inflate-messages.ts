// Inflates the compressed messages of a call within the limits.

import { createGunzip, createInflate } from 'node:zlib';
import { errorText, ParetoError } from '@pareto/core';
import { limitError, type MessageReader } from '@pareto/protocol';
import { headBytes } from '../transport/message-head.js';

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
  let received: Buffer[] = [];
  let length = 0;
  let done = Promise.resolve();
  let isFailed = false;

  /** Removes the first whole message from the received data, with its head. */
  function takeMessage(): Buffer | undefined {
    if (length < headBytes) return undefined;
    if ((received[0]?.length ?? 0) < headBytes) received = [Buffer.concat(received)];
    const size = headBytes + (received[0]?.readUInt32BE(1) ?? 0);
    if (length < size) return undefined;
    const all = received.length === 1 && received[0] !== undefined ? received[0] : Buffer.concat(received);
    length -= size;
    received = length === 0 ? [] : [all.subarray(size)];
    return all.subarray(0, size);
  }
  const later = (work: () => Promise<void> | void): void => {
    done = done
      .then(() => (isFailed ? undefined : work()))
      .catch((error: unknown) => {
        isFailed = true;
        options.fail(error);
      });
  };
  return (data) => {
    if (data === null) {
      later(() => options.push(data));
      return true;
    }
    received.push(data);
    length += data.length;
    for (let message = takeMessage(); message !== undefined; message = takeMessage()) {
      const whole = message;
      later(async () => {
        options.reader?.begin(false);
        let parts: readonly Buffer[] = [whole];
        if (whole[0] === 1) parts = await inflate(whole.subarray(headBytes), options);
        else options.reader?.read(whole, headBytes, whole.length);
        options.reader?.end();
        for (const part of parts) options.push(part);
      });
    }
    return true;
  };
}

const malformed = (error: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the message cannot be inflated: ${errorText(error)}`);

/** Returns the head of an inflated message and its parts. */
function inflate(compressed: Buffer, { encoding, maxBytes, reader, take }: InflateOptions): Promise<readonly Buffer[]> {
  const inflater = encoding === 'gzip' ? createGunzip({ chunkSize }) : createInflate({ chunkSize });
  return new Promise((resolve, reject) => {
    const head = Buffer.alloc(headBytes);
    const parts: Buffer[] = [head];
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
    inflater.on('end', () => {
      head.writeUInt32BE(length, 1);
      resolve(parts);
    });
    inflater.end(compressed);
  });
}

const tooLarge = (maxBytes: number): ParetoError =>
  limitError(
    'messageBytes',
    'resource-exhausted',
    `Received message that decompresses to a size larger than ${maxBytes}`,
  );
