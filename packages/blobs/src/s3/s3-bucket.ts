// The S3 operations that the blob store needs, under one prefix of one bucket. Errors are mapped to ParetoErrors.

import { ParetoError } from '@pareto/core';
import { connectS3, type S3Connection } from './s3-connection.js';
import { isMissing, isOutOfRange, isRetryable, isTaken } from './s3-errors.js';

export interface BucketObject {
  /** Key without the prefix. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Text that changes with each write. */
  readonly tag: string;
  readonly modifiedWallMs: number;
}

/** A multipart upload that is neither completed nor aborted. */
interface UnfinishedObject {
  readonly key: string;
  readonly id: string;
  readonly startedWallMs: number;
}

export interface MultipartUpload {
  /** Uploads a part, in any order. Numbers start at 1. All parts but the last have at least 5 MiB. */
  part(number: number, data: Uint8Array, sha256: string): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

export interface Bucket {
  /** Human-readable location. */
  readonly location: string;
  /** Returns the properties of an object. Undefined if there is none. */
  head(key: string): Promise<BucketObject | undefined>;
  /** Streams bytes from `start` to `end` (exclusive), and reconnects if needed. Throws `not-found` if there is no such object. */
  read(key: string, start: number, end?: number): AsyncIterable<Buffer>;
  /** Writes an object. `sha256` (hexadecimal), if known, saves hashing the data on this thread. */
  put(key: string, data: Uint8Array | string, sha256?: string): Promise<void>;
  /** Writes a new object. Returns false if there is one already. */
  putNew(key: string, data: string): Promise<boolean>;
  remove(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<BucketObject>;
  multipart(key: string): Promise<MultipartUpload>;
  unfinished(prefix: string): AsyncIterable<UnfinishedObject>;
  abort(unfinished: UnfinishedObject): Promise<void>;
}

export interface BucketOptions {
  readonly name: string;
  /** Prefix of every key: empty, or ends in a slash. */
  readonly prefix: string;
  /** URL of the server. Undefined means the AWS endpoint of the region. */
  readonly endpoint: string | undefined;
}

/** Opens a bucket. Throws `failed-precondition` without a region. Other problems show at the first request. */
export async function openBucket({ name, prefix, endpoint }: BucketOptions): Promise<Bucket> {
  const connection = await connectS3(name, endpoint);
  const { sdk, client, call, registerSha256 } = connection;
  const at = (key: string): ObjectKey => ({ Bucket: name, Key: prefix + key });
  const ifExists = <T>(work: Promise<T>): Promise<T | undefined> =>
    call(
      work.catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    );

  return {
    location: `s3://${name}/${prefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`,
    read: (key, start, end) => readObject(connection, at(key), { start, end }),
    async head(key) {
      const found = await ifExists(client.send(new sdk.HeadObjectCommand(at(key))));
      return found && toObject(key, { ...found, Size: found.ContentLength });
    },
    async put(key, data, sha256) {
      if (sha256 !== undefined && typeof data !== 'string') registerSha256(data, sha256);
      await call(client.send(new sdk.PutObjectCommand({ ...at(key), Body: data })));
    },
    async putNew(key, data) {
      const putting = client.send(new sdk.PutObjectCommand({ ...at(key), Body: data, IfNoneMatch: '*' }));
      const onError = (error: unknown): boolean => {
        if (isTaken(error)) return false;
        throw error;
      };
      return call(putting.then(() => true, onError));
    },
    async remove(key) {
      await ifExists(client.send(new sdk.DeleteObjectCommand(at(key))));
    },
    async *list(below) {
      const pages = sdk.paginateListObjectsV2({ client }, { Bucket: name, Prefix: prefix + below });
      for await (const { Contents = [] } of eachPage(pages, call))
        for (const found of Contents) yield toObject(found.Key?.slice(prefix.length) ?? '', found);
    },
    multipart: (key) => startMultipart(connection, at(key)),
    async *unfinished(below) {
      for (let marker = {}, more = true; more;) {
        const input = { Bucket: name, Prefix: prefix + below, ...marker };
        const page = await call(client.send(new sdk.ListMultipartUploadsCommand(input)));
        for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? [])
          yield { key: Key.slice(prefix.length), id: UploadId, startedWallMs: Initiated?.getTime() ?? 0 };
        marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
        more = page.IsTruncated === true && page.NextKeyMarker !== undefined;
      }
    },
    async abort({ key, id }) {
      await ifExists(client.send(new sdk.AbortMultipartUploadCommand({ ...at(key), UploadId: id })));
    },
  };
}

interface ObjectKey {
  readonly Bucket: string;
  readonly Key: string;
}

interface Found {
  readonly Size?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

const toObject = (key: string, { Size, ETag, LastModified }: Found): BucketObject => ({
  key,
  sizeBytes: Size ?? 0,
  tag: `${ETag ?? ''} ${LastModified?.getTime() ?? 0}`,
  modifiedWallMs: LastModified?.getTime() ?? 0,
});

async function* eachPage<T>(pages: AsyncIterable<T>, call: S3Connection['call']): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  for (;;) {
    const next = await call(iterator.next());
    if (next.done === true) return;
    yield next.value;
  }
}

const maxFailures = 3;

interface Range {
  readonly start: number;
  readonly end: number | undefined;
}

/** Resumes where a connection broke, up to three times in a row without new data. */
async function* readObject(connection: S3Connection, at: ObjectKey, { start, end }: Range): AsyncGenerator<Buffer> {
  let [reached, failures] = [start, 0];
  for (;;) {
    try {
      for await (const data of await openObject(connection, at, { start: reached, end })) {
        [reached, failures] = [reached + data.byteLength, 0];
        yield data;
      }
      return;
    } catch (error) {
      failures += 1;
      if (!isRetryable(error) || failures > maxFailures) await connection.call(Promise.reject(error as Error));
    }
  }
}

async function openObject(
  { sdk, client }: S3Connection,
  at: ObjectKey,
  { start, end }: Range,
): Promise<AsyncIterable<Buffer>> {
  const range = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end === undefined ? '' : end - 1}` };
  try {
    const { Body } = await client.send(new sdk.GetObjectCommand({ ...at, ...range }));
    return Body as unknown as AsyncIterable<Buffer>;
  } catch (error) {
    if (isOutOfRange(error)) return nothing();
    if (isMissing(error)) throw new ParetoError('not-found', `there is no object ${at.Key} in bucket ${at.Bucket}`);
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Buffer> {}

async function startMultipart(
  { sdk, client, call, registerSha256 }: S3Connection,
  at: ObjectKey,
): Promise<MultipartUpload> {
  const { UploadId } = await call(client.send(new sdk.CreateMultipartUploadCommand(at)));
  const upload = { ...at, UploadId };
  const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
  return {
    async part(number, data, sha256) {
      registerSha256(data, sha256);
      const part = new sdk.UploadPartCommand({ ...upload, PartNumber: number, Body: data });
      const { ETag } = await call(client.send(part));
      parts.push({ PartNumber: number, ETag });
    },
    async complete() {
      const Parts = parts.toSorted((a, b) => a.PartNumber - b.PartNumber);
      await call(client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })));
    },
    async abort() {
      await call(client.send(new sdk.AbortMultipartUploadCommand(upload)));
    },
  };
}
