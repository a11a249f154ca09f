// The connection to S3. Loads the official client only when a bucket is opened: it takes tens of megabytes and 100 ms, which a
// controller with a folder does not need.

import type * as Sdk from '@aws-sdk/client-s3';
import { ParetoError } from '@pareto/core';
import { toParetoError } from './s3-errors.js';

export interface S3Connection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** Awaits a request and maps its errors to ParetoErrors. */
  readonly call: <T>(work: Promise<T>) => Promise<T>;
  /** Registers the sha256 (hexadecimal) of the body of a later request, so that the client does not hash it on this thread. */
  readonly registerSha256: (data: Uint8Array, sha256: string) => void;
}

/**
 * Connects with the credentials and region that the AWS client finds: environment, profiles or the host's role. A custom
 * endpoint needs no region.
 */
export async function connectS3(bucket: string, endpoint: string | undefined): Promise<S3Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const target = { bucket, endpoint: endpoint ?? 'AWS' };
  const call = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => Promise.reject(toParetoError(error, target) as Error));
  const custom = endpoint === undefined ? {} : { endpoint: checkEndpoint(endpoint), forcePathStyle: true };
  const region = await call(new sdk.S3Client({}).config.region().catch((error: unknown) => orDefault(error, endpoint)));
  const client = new sdk.S3Client({ ...settings, ...custom, region });
  return { sdk, client, call, registerSha256: addKnownHashes(client) };
}

function checkEndpoint(endpoint: string): string {
  const endpointError = (why: string): ParetoError =>
    new ParetoError('invalid-argument', `--s3-endpoint ${why}: expected a URL such as http://host:9000`);
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint)) throw endpointError(`${endpoint} is not a URL`);
  // The endpoint is logged and stored, so it must not contain credentials.
  if (new URL(endpoint).username !== '')
    throw endpointError('contains credentials, which must come from the environment or a profile');
  return endpoint;
}

const settings = {
  maxAttempts: 5,
  // One socket per concurrent download of a worker: a download that waits for its reader must not delay others.
  requestHandler: {
    connectionTimeout: 3_000,
    socketTimeout: 30_000,
    httpAgent: { keepAlive: true, maxSockets: 1_000 },
    httpsAgent: { keepAlive: true, maxSockets: 1_000 },
  },
  // Every request carries the sha256 of its data, and readers verify the digest of the whole blob.
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const;

function orDefault(error: unknown, endpoint: string | undefined): string {
  if (endpoint !== undefined) return 'us-east-1';
  throw error;
}

/** Makes the client use the sha256 registered for a request's body instead of hashing the body. */
function addKnownHashes(client: Sdk.S3Client): S3Connection['registerSha256'] {
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
