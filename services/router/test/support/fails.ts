// Asserts that a call fails with a code and a text.

import assert from 'node:assert/strict';
import { ParetoError, type ErrorCode } from '@pareto/core';

export const fails = async (call: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<ParetoError> => {
  const error = await call.then(
    () => assert.fail(`expected ${code}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ParetoError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, text);
  return error;
};
