// Uploads files to the controller's blobs by digest: what is there already is not sent again, and what was interrupted goes on.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { digest, type Digest } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from './connect.js';

const chunkBytes = 1 << 20;

export interface UploadedFile {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** False when the controller had it. */
  readonly sent: boolean;
}

export async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return digest(`sha256:${hash.digest('hex')}`);
}

/** `onProgress` is told the bytes that the controller has of the file. */
export async function uploadFile(
  blobs: ControllerClients['blobs'],
  path: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (sentBytes: number, totalBytes: number) => void },
): Promise<UploadedFile> {
  const [fileDigest, { size }] = await Promise.all([hashFile(path), stat(path)]);
  const { complete, receivedBytes } = await blobs.stat({ digest: fileDigest }, { signal: options.signal });
  if (!complete) {
    const report = (sent: number): void => options.onProgress(sent, size);
    await blobs.upload(chunks(path, fileDigest, size, receivedBytes, report), { signal: options.signal });
  }
  options.onProgress(size, size);
  return { digest: fileDigest, sizeBytes: size, sent: !complete };
}

async function* chunks(
  path: string,
  fileDigest: Digest,
  sizeBytes: number,
  from: number,
  report: (sent: number) => void,
): AsyncGenerator<wire.UploadRequestInput> {
  // The head goes alone: a file that is all there but for its check has no data left to carry it.
  yield { digest: fileDigest, sizeBytes, offset: from, data: Buffer.alloc(0) };
  let offset = from;
  for await (const data of createReadStream(path, { start: from, highWaterMark: chunkBytes })) {
    yield { offset, data: data as Buffer };
    offset += (data as Buffer).length;
    report(offset);
  }
}
