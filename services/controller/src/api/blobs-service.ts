// The Blobs service: chunked uploads to and downloads from the blob store.

import { checkDigest, type BlobChunk, type BlobStore } from '@pareto/blobs';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ServiceHandlers } from '@pareto/rpc';
import type { ControllerMetrics } from '@pareto/telemetry';
import type { UploadAdmission } from '../storage/upload-admission.js';

export interface BlobsServiceOptions {
  readonly blobs: BlobStore;
  readonly admitUpload: UploadAdmission;
  readonly metrics: ControllerMetrics;
  readonly clock: Clock;
}

/** Time after which an upload without data ends. Its data is kept for the next attempt. */
const stallMs = milliseconds(60_000);

export function createBlobsHandlers(options: BlobsServiceOptions): ServiceHandlers<'pareto.v1.Blobs'> {
  const { blobs, admitUpload, metrics, clock } = options;
  return {
    async stat({ digest }) {
      return blobs.status(checkDigest(digest));
    },
    async upload(messages) {
      const iterator = messages[Symbol.asyncIterator]();
      const first = await nextMessage(iterator, clock);
      if (first === undefined) throw new ParetoError('invalid-argument', 'the upload has no message');
      const { sizeBytes } = first;
      const digest = checkDigest(first.digest);
      await admitUpload(digest, sizeBytes, () => blobs.upload(digest, sizeBytes, chunksOf(first, iterator, options)));
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
  { metrics, clock }: Pick<BlobsServiceOptions, 'metrics' | 'clock'>,
): AsyncGenerator<BlobChunk> {
  for (let message: wire.UploadRequest | undefined = first; message !== undefined;) {
    const { offset, data } = message;
    metrics.blobBytes.add(data.byteLength, { direction: 'in' });
    if (data.byteLength > 0) yield { offset, data };
    message = await nextMessage(rest, clock);
  }
}

/** Returns undefined at the end. Throws `aborted` if no message arrives in time. */
function nextMessage(
  messages: AsyncIterator<wire.UploadRequest>,
  clock: Clock,
): Promise<wire.UploadRequest | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(stallMs, () => reject(stalled()));
    void messages
      .next()
      .then(({ done, value }) => resolve(done === true ? undefined : value), reject)
      .finally(() => timer[Symbol.dispose]());
  });
}

const stalled = (): ParetoError =>
  new ParetoError(
    'aborted',
    `the upload sent no data for ${stallMs / 1000} s: call Stat for the offset at which to resume`,
  );
