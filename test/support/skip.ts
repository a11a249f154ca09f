// Skipping what can't run on a machine.

import type { Context } from 'mocha';

/** For a suite's `before`, with why something it needs can't be had; undefined: it is there. */
export function skipWithout(suite: Context, reason: string | undefined): void {
  if (reason === undefined) return;
  Object.assign(suite.test?.parent ?? {}, { skipReason: reason });
  suite.skip();
}
