// Inflates the compressed messages of a call before gRPC for Node sees them, within the limits: it would inflate them
// without counting the bytes.

import { createGunzip, createInflate } from 'node:zlib';
import { errorText, ParetoError } from '@pareto/core';
import { limitError } from '../limits/limit-error.js';

export interface InflateOptions {
  /** Value of the header `grpc-encoding`. */
  readonly encoding: Encoding;
  readonly maxBytes: number;
  /** Counts inflated bytes. Returns false if the call was ended. */
  readonly take: (bytes: number) => boolean;
  /** Receives the data of the call with inflated messages, and null at its end. */
  readonly push: (data: Buffer | null) => void;
  readonly fail: (error: ParetoError) => void;
}

const encodings = ['gzip', 'deflate'] as const;
type Encoding = (typeof encodings)[number];

export const encodingOf = (header: unknown): Encoding | undefined => encodings.find((encoding) => encoding === header);

const headBytes = 5;
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
        options.fail(error instanceof ParetoError ? error : malformed(error));
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
        const parts = whole[0] === 1 ? await inflate(whole.subarray(headBytes), options) : [whole];
        for (const part of parts) options.push(part);
      });
    }
    return true;
  };
}

const malformed = (error: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the message cannot be inflated: ${errorText(error)}`);

/** Returns the head of an inflated message and its parts, which gRPC for Node joins. */
function inflate(compressed: Buffer, { encoding, maxBytes, take }: InflateOptions): Promise<readonly Buffer[]> {
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
      if (length > maxBytes) fail(tooLarge(maxBytes));
      else if (!take(part.length)) fail(new ParetoError('resource-exhausted', 'the call was ended'));
    });
    inflater.on('error', fail);
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
