// Blobs whose place opens later: S3 may be away when a controller starts.

import type { BlobStore } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';

export interface DeferredBlobStore extends BlobStore {
  /** From now on calls go there. */
  open(blobs: BlobStore): void;
}

/** Everything before `open` throws `unavailable`. */
export function createDeferredBlobStore(): DeferredBlobStore {
  let opened: BlobStore | undefined;
  const blobs = (): BlobStore => {
    if (opened === undefined) {
      throw new ParetoError('unavailable', "the models' place is not open yet: try again in a moment");
    }
    return opened;
  };
  return {
    open(target) {
      opened = target;
    },
    get location() {
      return blobs().location;
    },
    get locationId() {
      return blobs().locationId;
    },
    noteOnce: async (name, text) => blobs().noteOnce(name, text),
    status: async (digest) => blobs().status(digest),
    upload: async (digest, sizeBytes, chunks) => blobs().upload(digest, sizeBytes, chunks),
    read: (digest, offset) => blobs().read(digest, offset),
    localFile: async (digest) => blobs().localFile(digest),
    recheck: async (digest) => blobs().recheck(digest),
    list: () => blobs().list(),
    delete: async (blob) => blobs().delete(blob),
  };
}
