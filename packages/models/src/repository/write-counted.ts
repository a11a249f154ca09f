// Writes what comes over a network into a file, and tells how far it is.

import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Counting {
  readonly signal: AbortSignal;
  /** After each piece: all bytes so far. */
  readonly onReceived: (receivedBytes: number) => void;
}

/** How many bytes came. Rejects as the source, the file system or the signal does. */
export async function writeCounted(source: Readable, path: string, counting: Counting): Promise<number> {
  const { signal, onReceived } = counting;
  let received = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      received += chunk.byteLength;
      onReceived(received);
      yield chunk;
    }
  };
  await pipeline(source, counted, createWriteStream(path), { signal });
  return received;
}
