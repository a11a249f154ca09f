// Uploads files to the controller's blobs by digest: what is there already is not sent again, and what was interrupted goes on.

import { createReadStream } from 'node:fs';
import type { Digest } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from './connect.js';

const chunkBytes = 1 << 20;

export interface LocalFile {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** `onProgress` is told the bytes that the controller has of the file. The result is false when it had them all. */
export async function uploadFile(
  blobs: ControllerClients['blobs'],
  file: LocalFile,
  options: { readonly signal: AbortSignal; readonly onProgress: (sentBytes: number) => void },
): Promise<boolean> {
  const { signal, onProgress } = options;
  const { complete, receivedBytes } = await blobs.stat({ digest: file.digest }, { signal });
  if (!complete) await blobs.upload(chunks(file, receivedBytes, onProgress), { signal });
  return !complete;
}

async function* chunks(
  { path, digest, sizeBytes }: LocalFile,
  from: number,
  onProgress: (sentBytes: number) => void,
): AsyncGenerator<wire.UploadRequestInput> {
  // The head goes alone: a file that is all there but for its check has no data left to carry it.
  yield { digest, sizeBytes, offset: from, data: Buffer.alloc(0) };
  let offset = from;
  for await (const data of createReadStream(path, { start: from, highWaterMark: chunkBytes })) {
    yield { offset, data: data as Buffer };
    offset += (data as Buffer).length;
    onProgress(offset);
  }
}
