// Holds queries that arrive before the first routing table, for up to one second, instead of rejecting them.

import { milliseconds } from '@pareto/core';
import { abortable } from './abortable.js';
import { noTable } from '../resolve/resolve.js';
import type { RouterContext } from './router-context.js';

type TableWaitDeps = Pick<RouterContext, 'tables' | 'changes' | 'draining' | 'clock'>;

/** Maximum time from the router's start, or the last message of a controller, to the first table. */
const timeoutMs = 1_000;

/** Throws `unavailable` if no table arrives in time, and the reason of `call` if it aborts. */
export async function waitForTable(
  { tables, changes, draining, clock }: TableWaitDeps,
  call: AbortSignal,
): Promise<void> {
  const timeout = new AbortController();
  using _timer = clock.after(milliseconds(Math.max(0, timeoutMs - tables.controllerAgeMs)), () => timeout.abort());
  const createError = (): Error => (call.aborted ? (call.reason as Error) : noTable());
  for (;;) {
    if (tables.table !== undefined) return;
    await abortable(changes.listen, [call, draining, timeout.signal], createError);
  }
}
