// Fetches blobs from whichever controller answers.

import type { BlobCacheOptions } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';
import { createChannel, createClient } from '@pareto/rpc';
import type { Access } from '@pareto/service';

export interface BlobSourceOptions {
  readonly addresses: readonly string[];
  /** The controller that answered last, of the list or not: it is asked first. */
  readonly preferred: () => string | undefined;
  readonly access: Access;
}

/**
 * Tries every controller before it gives up, and goes on at the next where the one before broke off. Throws `unavailable`
 * when none could be asked to the end, else what was the matter at the last that could.
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
        // Their place is one: what is damaged at one controller is at all of them.
        if (signal?.aborted === true || isDamaged(error)) throw error;
        if (failure === undefined || !isAway(error)) failure = error;
      } finally {
        channel.close();
      }
    }
    if (!isAway(failure)) throw failure;
    throw new ParetoError('unavailable', `no controller gives ${digest}`, { cause: failure });
  };
}

const isDamaged = (error: unknown): boolean => error instanceof ParetoError && error.code === 'data-loss';

/** Cancelled, and not by us: the controller cut the call off. */
const isAway = (error: unknown): boolean =>
  error instanceof ParetoError && (error.code === 'unavailable' || error.code === 'cancelled');
