// Gives files that were made here to whichever controller takes them.

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
  /** Told how many bytes are there. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Keeps a file where all controllers have it; one that they have already is not sent. Throws `unavailable` when none can be reached. */
export type BlobSink = (blob: LocalBlob, options: SinkOptions) => Promise<void>;

export interface BlobSinkOptions {
  readonly addresses: readonly string[];
  /** The controller that answered last, of the list or not: it is asked first. */
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
