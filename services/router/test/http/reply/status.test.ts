import assert from 'node:assert/strict';
import { ParetoError, type ErrorCode } from '@pareto/core';
import { errorReply, HttpError } from '../../../src/http/reply/status.js';

const textOf = (error: unknown): string => Buffer.concat(errorReply(error).body).toString();

describe('errorReply', () => {
  const statuses: readonly (readonly [ErrorCode, number, string | undefined])[] = [
    ['invalid-argument', 400, undefined],
    ['not-found', 404, undefined],
    ['failed-precondition', 412, undefined],
    ['resource-exhausted', 429, '1'],
    ['unavailable', 503, '1'],
    ['deadline-exceeded', 504, undefined],
    ['unimplemented', 501, undefined],
    ['permission-denied', 403, undefined],
  ];
  for (const [code, status, retryAfter] of statuses) {
    it(`converts ${code} to ${status}`, () => {
      const reply = errorReply(new ParetoError(code, 'why', { details: { 'pareto-hint': 'h' } }));
      assert.deepEqual(
        [reply.status, reply.headers['retry-after'], reply.headers['pareto-hint']],
        [status, retryAfter, 'h'],
      );
      assert.equal(textOf(new ParetoError(code, 'why')), '{"error":"why"}');
    });
  }

  it('hides the message of an unexpected error', () => {
    assert.equal(errorReply(new Error('secret')).status, 500);
    assert.ok(!textOf(new Error('secret')).includes('secret'));
  });

  it('keeps the status and headers of an HttpError', () => {
    const reply = errorReply(new HttpError(405, 'no', { allow: 'GET' }));
    assert.deepEqual([reply.status, reply.headers['allow']], [405, 'GET']);
  });
});
