// The official client of S3, loaded when there is a bucket to open: tens of megabytes, and a tenth of a second, that a
// controller with a folder never spends.

import type * as Sdk from '@aws-sdk/client-s3';
import { ParetoError } from '@pareto/core';
import { toParetoError } from './s3-errors.js';

export interface S3Connection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** Its errors, told as what they mean. */
  readonly call: <T>(work: Promise<T>) => Promise<T>;
  /** The sha256 of what a request will carry, in hexadecimal digits: the client doesn't hash it again, on this thread. */
  readonly knowSha256: (data: Uint8Array, sha256: string) => void;
}

/**
 * Credentials and region come from where the client looks for them: environment, profiles, the host's role. An endpoint of
 * one's own needs no region.
 */
export async function connectS3(bucket: string, endpoint: string | undefined): Promise<S3Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const target = { bucket, endpoint: endpoint ?? 'AWS' };
  const call = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => Promise.reject(toParetoError(error, target) as Error));
  const own = endpoint === undefined ? {} : { endpoint: checkEndpoint(endpoint), forcePathStyle: true };
  const region = await call(new sdk.S3Client({}).config.region().catch((error: unknown) => orDefault(error, endpoint)));
  const client = new sdk.S3Client({ ...settings, ...own, region });
  return { sdk, client, call, knowSha256: presign(client) };
}

function checkEndpoint(endpoint: string): string {
  const refuse = (why: string): ParetoError =>
    new ParetoError('invalid-argument', `--s3-endpoint ${why}: expected one like http://host:9000`);
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint)) throw refuse(`${endpoint} is no URL`);
  // It is logged, and kept in the store.
  if (new URL(endpoint).username !== '')
    throw refuse('has credentials in it, which come from the environment or a profile');
  return endpoint;
}

const settings = {
  maxAttempts: 5,
  // As many downloads at once as workers ask for: one that waits for its reader must not hold up the others.
  requestHandler: {
    connectionTimeout: 3_000,
    socketTimeout: 30_000,
    httpAgent: { keepAlive: true, maxSockets: 1_000 },
    httpsAgent: { keepAlive: true, maxSockets: 1_000 },
  },
  // Every request carries its data's sha256, and whoever reads compares the digest of the whole.
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

function orDefault(error: unknown, endpoint: string | undefined): string {
  if (endpoint !== undefined) return 'us-east-1';
  throw error;
}

/** Data whose sha256 is known beforehand. */
function presign(client: Sdk.S3Client): S3Connection['knowSha256'] {
  const known = new WeakMap<object, string>();
  client.middlewareStack.add(
    (next) => (args) => {
      const body: unknown = 'Body' in args.input ? args.input.Body : undefined;
      const sha256 = typeof body === 'object' && body !== null ? known.get(body) : undefined;
      if (sha256 !== undefined && hasHeaders(args.request)) args.request.headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build' },
  );
  return (data, sha256) => void known.set(data, sha256);
}

const hasHeaders = (request: unknown): request is { readonly headers: Record<string, string> } =>
  typeof request === 'object' && request !== null && 'headers' in request;
