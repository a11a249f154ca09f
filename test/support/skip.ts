// Skips tests that cannot run on a machine.

import type { Context } from 'mocha';

/** Skips a suite with a reason, or does nothing if `reason` is undefined. Call it in the suite's `before`. */
export function skipWithout(suite: Context, reason: string | undefined): void {
  if (reason === undefined) return;
  Object.assign(suite.test?.parent ?? {}, { skipReason: reason });
  suite.skip();
}

/** Skips a test with a reason. Call it in the test. */
export function skipBecause(test: Context, reason: string): void {
  Object.assign(test.test ?? {}, { skipReason: reason });
  test.skip();
}
