// Uploads a blob to a controller, and resumes an interrupted upload at another one.

import type { Digest } from '@pareto/core';
import { createClient } from '../client/client.js';
import type { Failover } from './failover.js';
import type { wire } from '@pareto/protocol';

export interface Upload {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Reads the content from an offset, in chunks well below the message limit. Called for each attempt. */
  readonly read: (offset: number) => AsyncIterable<Uint8Array>;
  /** Called with the number of bytes that the controller has, including those it had before. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Uploads a blob. Returns false if the controller already had it. Throws as `Failover.run` does. */
export function uploadBlob(failover: Failover, upload: Upload): Promise<boolean> {
  const { digest, signal } = upload;
  return failover.run(
    async (channel) => {
      const blobs = createClient(channel, 'pareto.v1.Blobs');
      const { complete, receivedBytes } = await blobs.stat({ digest }, { signal, timeoutMs: statMs });
      if (complete) return false;
      const ended = new AbortController();
      try {
        await blobs.upload(messages(upload, receivedBytes, ended.signal), { signal });
        return true;
      } finally {
        ended.abort();
      }
    },
    { signal, isRepeatable: true },
  );
}

const statMs = 5_000;

async function* messages(
  { digest, sizeBytes, read, onProgress }: Upload,
  from: number,
  ended: AbortSignal,
): AsyncGenerator<wire.UploadRequestInput> {
  // The first message has no data: if only the check of the digest is missing, there is no data left to send.
  yield { digest, sizeBytes, offset: from, data: Buffer.alloc(0) };
  let offset = from;
  for await (const data of read(from)) {
    if (ended.aborted) return;
    yield { offset, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
    offset += data.byteLength;
    onProgress?.(offset);
  }
}
