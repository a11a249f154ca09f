// Fetches a folder of models, or one file, from S3.

import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { checkRelativePath, openBucket, type Bucket, type BucketObject } from '@pareto/blobs';
import { ParetoError } from '@pareto/core';
import type { Fetching } from './fetch-http.js';
import { isForeign } from './foreign-models.js';
import type { ModelSource } from './model-source.js';
import { writeCounted } from './write-counted.js';

/** Returns the folder of the fetched files, or the path of a single file. Throws `not-found` if there is no object. */
export async function fetchS3(
  { bucket: name, key }: Extract<ModelSource, { kind: 's3' }>,
  endpoint: string | undefined,
  fetching: Fetching,
): Promise<string> {
  const bucket = await openBucket({ name, prefix: '', endpoint });
  const single = key === '' ? undefined : await bucket.head(key);
  if (single !== undefined && single.sizeBytes > 0) return fetchObject(bucket, single, basename(key), fetching);
  const prefix = key === '' ? '' : `${key}/`;
  let isEmpty = true;
  for await (const object of bucket.list(prefix)) {
    fetching.signal.throwIfAborted();
    // Some tools create empty objects for folders.
    if (object.key.endsWith('/')) continue;
    isEmpty = false;
    await fetchObject(bucket, object, object.key.slice(prefix.length), fetching);
  }
  if (!isEmpty) return fetching.folder;
  throw new ParetoError('not-found', `there is nothing at s3://${name}/${key}`);
}

/** Fetches an object. Files that are never part of an ONNX model are created empty: their name is enough. */
async function fetchObject(
  bucket: Bucket,
  { key, sizeBytes }: BucketObject,
  name: string,
  { folder, signal, count, onProgress }: Fetching,
): Promise<string> {
  count.addFile();
  const path = join(folder, checkRelativePath(name, 'an object'));
  await mkdir(dirname(path), { recursive: true });
  if (isForeign(name)) {
    await writeFile(path, '');
    return path;
  }
  count.expectBytes(sizeBytes);
  const onReceived = (receivedBytes: number): void => onProgress(name, receivedBytes, sizeBytes);
  await writeCounted(Readable.from(bucket.read(key, 0)), path, { signal, count, onReceived });
  return path;
}
