// Maps errors of S3, and of connecting to S3, to messages for the operator of the controller.

import { ParetoError } from '@pareto/core';

interface S3Failure {
  readonly name: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string;
}

/** Target of the failed request, for the message. */
export interface S3Target {
  readonly bucket: string;
  readonly endpoint: string;
}

const badCredentials = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken']);
const otherRegion = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);

export const isMissing = (error: unknown): boolean => missing.has(describe(error).name);
export const isOutOfRange = (error: unknown): boolean => describe(error).status === 416;
export const isTaken = (error: unknown): boolean => [409, 412].includes(describe(error).status ?? 0);

/** Returns whether a retry may succeed. */
export function isRetryable(error: unknown): boolean {
  const { status, code, name } = describe(error);
  if (status !== undefined && status >= 400) return status >= 500 || status === 429;
  return code !== undefined || name === 'TimeoutError';
}

/** Returns a ParetoError if the cause is known, otherwise the error itself. */
export function toParetoError(error: unknown, target: S3Target): unknown {
  if (error instanceof ParetoError) return error;
  const failure = describe(error);
  const misconfigured = explain(failure, target);
  if (misconfigured !== undefined) return new ParetoError('failed-precondition', misconfigured, { cause: error });
  if (failure.status === 507) {
    return new ParetoError(
      'resource-exhausted',
      `S3 at ${target.endpoint} has no space left: free some space and retry`,
      { cause: error },
    );
  }
  if (!isRetryable(error)) return error;
  const why = failure.code ?? (failure.status === undefined ? failure.name : `${failure.name} ${failure.status}`);
  return new ParetoError('unavailable', `S3 at ${target.endpoint} can't be reached or is failing (${why}): retry`, {
    cause: error,
  });
}

function explain({ name, status, message }: S3Failure, { bucket, endpoint }: S3Target): string | undefined {
  if (name === 'NoSuchBucket') return `there is no bucket ${bucket} at ${endpoint}: create it, or correct its name`;
  if (name === 'CredentialsProviderError') {
    return `no credentials for S3 at ${endpoint}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role`;
  }
  if (badCredentials.has(name)) return `S3 at ${endpoint} rejects these credentials (${name}): correct them`;
  if (otherRegion.has(name)) return `bucket ${bucket} at ${endpoint} is in another region: set AWS_REGION (${name})`;
  if (message === 'Region is missing') return `no region for S3 at ${endpoint}: set AWS_REGION, or region in a profile`;
  if (status === 403) return `S3 at ${endpoint} denies access to bucket ${bucket} (${name}): check the permissions`;
  if (status !== undefined && status >= 400 && status < 500 && status !== 429)
    return `S3 at ${endpoint} rejected a request for bucket ${bucket} (${name}: ${message}): check the settings`;
  return undefined;
}

function describe(error: unknown): S3Failure {
  if (!(error instanceof Error)) return { name: '', status: undefined, code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : 0;
  return {
    name: error.name,
    status: typeof status === 'number' && status > 0 ? status : undefined,
    code,
    message: error.message,
  };
}
