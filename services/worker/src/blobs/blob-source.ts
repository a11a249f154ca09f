// Downloads blobs from any controller that can be reached.

import type { BlobCacheOptions } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';
import { createChannel, createClient } from '@pareto/rpc';
import type { Access } from '@pareto/service';

export interface BlobSourceOptions {
  readonly addresses: readonly string[];
  /** Returns the address of the controller that responded last, which is tried first. It may not be in `addresses`. */
  readonly preferred: () => string | undefined;
  readonly access: Access;
}

/**
 * Returns a function that downloads a blob. It tries every controller, and continues at the next one where the previous
 * one failed. Throws the last error that a controller returned, or `unavailable` if none could be reached.
 */
export function createBlobSource({ addresses, preferred, access }: BlobSourceOptions): BlobCacheOptions['fetch'] {
  return async function* fetch(digest, offset, { recheck, signal }) {
    let reached = offset;
    let failure: unknown;
    for (const address of new Set([preferred() ?? [], addresses].flat())) {
      const channel = createChannel(address, access.channel('controller'));
      try {
        const chunks = createClient(channel, 'pareto.v1.Blobs').download(
          { digest, offset: reached, recheck },
          { ...(signal && { signal }) },
        );
        for await (const { data } of chunks) {
          reached += data.length;
          yield data;
        }
        return;
      } catch (error) {
        // All controllers share one blob store, so a blob that is damaged at one is damaged at all of them.
        if (signal?.aborted === true || isDamaged(error)) throw error;
        if (failure === undefined || !isUnreachable(error)) failure = error;
      } finally {
        channel.close();
      }
    }
    if (!isUnreachable(failure)) throw failure;
    throw new ParetoError('unavailable', `no controller could provide the blob ${digest}`, { cause: failure });
  };
}

const isDamaged = (error: unknown): boolean => error instanceof ParetoError && error.code === 'data-loss';

/**
 * Returns whether the controller could not be reached or ended the call early. Errors of a cancelled `signal` never get
 * here.
 */
const isUnreachable = (error: unknown): boolean =>
  error instanceof ParetoError && (error.code === 'unavailable' || error.code === 'cancelled');
