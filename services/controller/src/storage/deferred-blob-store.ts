// A blob store that is opened after its creation, because S3 may be unreachable when a controller starts.

import type { BlobStore } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';

export interface DeferredBlobStore extends BlobStore {
  /** Forwards all further calls to `blobs`. */
  open(blobs: BlobStore): void;
}

/** Creates the store. Calls before `open` throw `unavailable`. */
export function createDeferredBlobStore(): DeferredBlobStore {
  let opened: BlobStore | undefined;
  const blobs = (): BlobStore => {
    if (opened === undefined) {
      throw new ParetoError('unavailable', 'the blob store is not open yet: retry in a moment');
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
    listPartial: () => blobs().listPartial(),
    delete: async (blob) => blobs().delete(blob),
  };
}
