// The Blobs service: chunked uploads to and downloads from the blob store.

import { checkDigest, type BlobChunk, type BlobStore } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';
import type { ServiceHandlers, wire } from '@pareto/rpc';
import type { ControllerMetrics } from '@pareto/telemetry';

export function createBlobsHandlers(blobs: BlobStore, metrics: ControllerMetrics): ServiceHandlers<'pareto.v1.Blobs'> {
  return {
    async stat({ digest }) {
      return blobs.status(checkDigest(digest));
    },
    async upload(messages) {
      const iterator = messages[Symbol.asyncIterator]();
      const first = await iterator.next();
      if (first.done === true) throw new ParetoError('invalid-argument', 'the upload has no message');
      const { digest, sizeBytes } = first.value;
      await blobs.upload(checkDigest(digest), sizeBytes, chunksOf(first.value, iterator, metrics));
      return { digest, sizeBytes };
    },
    async *download({ digest, offset, recheck }) {
      if (recheck) await blobs.recheck(checkDigest(digest));
      for await (const data of blobs.read(checkDigest(digest), offset)) {
        metrics.blobBytes.add(data.byteLength, { direction: 'out' });
        yield { data };
      }
    },
  };
}

async function* chunksOf(
  first: wire.UploadRequest,
  rest: AsyncIterator<wire.UploadRequest>,
  metrics: ControllerMetrics,
): AsyncGenerator<BlobChunk> {
  for (let message = first; ;) {
    const { offset, data } = message;
    metrics.blobBytes.add(data.byteLength, { direction: 'in' });
    if (data.byteLength > 0) yield { offset, data };
    const next = await rest.next();
    if (next.done === true) return;
    message = next.value;
  }
}
