import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { isRetryable, toParetoError } from '../../src/s3/s3-errors.js';

const target = { bucket: 'models', endpoint: 'http://s3:9000' };

interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly message?: string;
}
const failure = ({ name = 'Error', code, status, message = 'text' }: Failure): Error =>
  Object.assign(new Error(message), { name, code, $metadata: { httpStatusCode: status } });
const mapped = (given: Failure): string => {
  const error = toParetoError(failure(given), target);
  assert.ok(error instanceof ParetoError, `${String(error)} was not mapped`);
  return `${error.code}: ${error.message}`;
};

describe('errors of S3', () => {
  it('explain wrong settings', () => {
    const cases: readonly (readonly [Failure, RegExp])[] = [
      [{ name: 'NoSuchBucket', status: 404 }, /there is no bucket models at http:\/\/s3:9000: create it/],
      [{ name: 'AccessDenied', status: 403 }, /denies access to bucket models \(AccessDenied\): check the permissions/],
      [{ name: 'InvalidAccessKeyId', status: 403 }, /rejects these credentials \(InvalidAccessKeyId\)/],
      [{ name: 'ExpiredToken', status: 400 }, /rejects these credentials/],
      [{ name: 'CredentialsProviderError' }, /no credentials for S3/],
      [{ name: 'PermanentRedirect', status: 301 }, /is in another region: set AWS_REGION/],
      [{ message: 'Region is missing' }, /no region for S3 .*: set AWS_REGION/],
      [{ name: 'InvalidRequest', status: 400, message: 'odd' }, /rejected a request .*InvalidRequest: odd/],
    ];
    for (const [given, message] of cases) {
      assert.match(mapped(given), message);
      assert.match(mapped(given), /^failed-precondition/);
      assert.equal(isRetryable(failure(given)), false);
    }
  });

  it('are unavailable and retryable for temporary failures', () => {
    for (const given of [
      { code: 'ECONNREFUSED' },
      { code: 'ETIMEDOUT' },
      { name: 'TimeoutError' },
      { name: 'SlowDown', status: 503 },
      { name: 'InternalError', status: 500 },
      { name: 'TooManyRequests', status: 429 },
    ]) {
      assert.match(mapped(given), /^unavailable: S3 at http:\/\/s3:9000 can't be reached or is failing \(.+\): retry/);
      assert.equal(isRetryable(failure(given)), true);
    }
    assert.match(mapped({ name: 'XMinioStorageFull', status: 507 }), /^resource-exhausted: .* has no space left/);
  });

  it('are unchanged if the cause is unknown', () => {
    const unknown = new TypeError('a bug');
    assert.equal(toParetoError(unknown, target), unknown);
    const own = new ParetoError('not-found', 'no');
    assert.equal(toParetoError(own, target), own);
  });
});
