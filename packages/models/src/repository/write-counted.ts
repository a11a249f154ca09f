// Writes a network stream to a file within limits, and reports its progress.

import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TransferCount } from './transfer-limits.js';

export interface Counting {
  readonly signal: AbortSignal;
  readonly count: TransferCount;
  /** Called after each chunk with the bytes so far. */
  readonly onReceived: (receivedBytes: number) => void;
}

/** Returns the number of bytes written. Rejects with the error of the count, the source, the file system or the signal. */
export async function writeCounted(source: Readable, path: string, counting: Counting): Promise<number> {
  const { signal, count, onReceived } = counting;
  let received = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      count.addBytes(chunk.byteLength);
      received += chunk.byteLength;
      onReceived(received);
      yield chunk;
    }
  };
  await pipeline(source, counted, createWriteStream(path), { signal });
  return received;
}
