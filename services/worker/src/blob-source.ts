// Fetches blobs from whichever controller answers.

import { ParetoError, type Digest } from '@pareto/core';
import { createChannel, createClient } from '@pareto/rpc';
import type { Access } from '@pareto/service';

export type FetchBlob = (digest: Digest, offset: number, signal: AbortSignal | undefined) => AsyncIterable<Uint8Array>;

export interface BlobSourceOptions {
  readonly addresses: readonly string[];
  /** The controller spoken to last: it is asked first. */
  readonly preferred: () => string | undefined;
  readonly access: Access;
}

/** Tries every controller before it gives up; goes on at the next where the one before broke off. */
export function createBlobSource({ addresses, preferred, access }: BlobSourceOptions): FetchBlob {
  return async function* fetch(digest, offset, signal) {
    let reached = offset;
    let failure: unknown;
    for (const address of new Set([preferred() ?? [], addresses].flat())) {
      const channel = createChannel(address, access.channel('controller'));
      try {
        const chunks = createClient(channel, 'pareto.v1.Blobs').download(
          { digest, offset: reached },
          { ...(signal && { signal }) },
        );
        for await (const { data } of chunks) {
          reached += data.length;
          yield data;
        }
        return;
      } catch (error) {
        if (signal?.aborted === true || !isAway(error)) throw error;
        failure = error;
      } finally {
        channel.close();
      }
    }
    throw new ParetoError('unavailable', `no controller gives ${digest}`, { cause: failure });
  };
}

const isAway = (error: unknown): boolean => error instanceof ParetoError && error.code === 'unavailable';
