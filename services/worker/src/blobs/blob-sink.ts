// Uploads generated files to any controller that accepts them.

import { createReadStream } from 'node:fs';
import type { Clock, Digest } from '@pareto/core';
import { createChannel, createFailover, uploadBlob } from '@pareto/rpc';
import type { Access } from '@pareto/service';

export interface LocalBlob {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

interface SinkOptions {
  /** Called with the number of bytes that are stored so far. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Stores a file in the blob store of the controllers. Sends nothing if the file is already there. Throws `unavailable`
 * if no controller can be reached.
 */
export type BlobSink = (blob: LocalBlob, options: SinkOptions) => Promise<void>;

export interface BlobSinkOptions {
  readonly addresses: readonly string[];
  /** Returns the address of the controller that responded last, which is tried first. It may not be in `addresses`. */
  readonly preferred: () => string | undefined;
  readonly access: Access;
  readonly clock: Clock;
}

const chunkBytes = 1 << 20;

export function createBlobSink({ addresses, preferred, access, clock }: BlobSinkOptions): BlobSink {
  return async ({ path, digest, sizeBytes }, { onProgress, signal }) => {
    const ordered = [...new Set([preferred() ?? [], addresses].flat())];
    const open = (address: string): ReturnType<typeof createChannel> =>
      createChannel(address, access.channel('controller'));
    const failover = createFailover({ addresses: ordered, open, clock });
    const read = (start: number): AsyncIterable<Uint8Array> =>
      createReadStream(path, { start, highWaterMark: chunkBytes });
    try {
      await uploadBlob(failover, { digest, sizeBytes, read, onProgress, signal });
    } finally {
      failover.close();
    }
  };
}
