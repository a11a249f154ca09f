import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { isPassing, toParetoError } from '../../src/s3/s3-errors.js';

const target = { bucket: 'models', endpoint: 'http://s3:9000' };

interface Answer {
  readonly name?: string;
  readonly code?: string;
  readonly status?: number;
  readonly message?: string;
}
const failure = ({ name = 'Error', code, status, message = 'text' }: Answer): Error =>
  Object.assign(new Error(message), { name, code, $metadata: { httpStatusCode: status } });
const told = (answer: Answer): string => {
  const error = toParetoError(failure(answer), target);
  assert.ok(error instanceof ParetoError, `${String(error)} is told as it came`);
  return `${error.code}: ${error.message}`;
};

describe('errors of S3', () => {
  it('say what is wrong with the settings', () => {
    const cases: readonly (readonly [Answer, RegExp])[] = [
      [{ name: 'NoSuchBucket', status: 404 }, /there is no bucket models at http:\/\/s3:9000: create it/],
      [
        { name: 'AccessDenied', status: 403 },
        /allows no access to bucket models \(AccessDenied\): check the permissions/,
      ],
      [{ name: 'InvalidAccessKeyId', status: 403 }, /refuses these credentials \(InvalidAccessKeyId\)/],
      [{ name: 'ExpiredToken', status: 400 }, /refuses these credentials/],
      [{ name: 'CredentialsProviderError' }, /no credentials for S3/],
      [{ name: 'PermanentRedirect', status: 301 }, /is in another region: set AWS_REGION/],
      [{ message: 'Region is missing' }, /no region for S3 .*: set AWS_REGION/],
      [{ name: 'InvalidRequest', status: 400, message: 'odd' }, /refuses a request .*InvalidRequest: odd/],
    ];
    for (const [answer, message] of cases) {
      assert.match(told(answer), message);
      assert.match(told(answer), /^failed-precondition/);
      assert.equal(isPassing(failure(answer)), false);
    }
  });

  it('say that it may be otherwise soon', () => {
    for (const answer of [
      { code: 'ECONNREFUSED' },
      { code: 'ETIMEDOUT' },
      { name: 'TimeoutError' },
      { name: 'SlowDown', status: 503 },
      { name: 'InternalError', status: 500 },
      { name: 'TooManyRequests', status: 429 },
    ]) {
      assert.match(
        told(answer),
        /^unavailable: S3 at http:\/\/s3:9000 can't be reached or is failing \(.+\): try again/,
      );
      assert.equal(isPassing(failure(answer)), true);
    }
    assert.match(told({ name: 'XMinioStorageFull', status: 507 }), /^resource-exhausted: .* has no space left/);
  });

  it('stay as they are when nobody knows', () => {
    const unknown = new TypeError('a bug');
    assert.equal(toParetoError(unknown, target), unknown);
    const own = new ParetoError('not-found', 'no');
    assert.equal(toParetoError(own, target), own);
  });
});
