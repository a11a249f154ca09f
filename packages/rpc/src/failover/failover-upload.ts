// Uploading a blob to whichever controller takes it, going on at another where one broke off.

import type { Digest } from '@pareto/core';
import { createClient } from '../client/client.js';
import type { Failover } from './failover.js';
import type * as wire from '../gen/messages.js';

export interface Upload {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** The content from an offset on, in chunks well below the message limit. Asked for anew at each controller. */
  readonly read: (offset: number) => AsyncIterable<Uint8Array>;
  /** Told how many bytes the controller was sent, those that it had included. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The result is false when a controller had it all. Throws as `Following.run` does. */
export function uploadBlob(failover: Failover, upload: Upload): Promise<boolean> {
  const { digest, signal } = upload;
  return failover.run(
    async (channel) => {
      const blobs = createClient(channel, 'pareto.v1.Blobs');
      const { complete, receivedBytes } = await blobs.stat({ digest }, { signal, timeoutMs: statMs });
      if (complete) return false;
      const over = new AbortController();
      try {
        await blobs.upload(messages(upload, receivedBytes, over.signal), { signal });
        return true;
      } finally {
        over.abort();
      }
    },
    { signal, isRepeatable: true },
  );
}

const statMs = 5_000;

async function* messages(
  { digest, sizeBytes, read, onProgress }: Upload,
  from: number,
  over: AbortSignal,
): AsyncGenerator<wire.UploadRequestInput> {
  // The head goes alone: a file that is all there but for its check has no data left to carry it.
  yield { digest, sizeBytes, offset: from, data: Buffer.alloc(0) };
  let offset = from;
  for await (const data of read(from)) {
    if (over.aborted) return;
    yield { offset, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
    offset += data.byteLength;
    onProgress?.(offset);
  }
}
