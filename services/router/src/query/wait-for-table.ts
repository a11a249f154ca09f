// The moments between a router's start and its first table: whoever asks then waits for it, and is not refused.

import { milliseconds } from '@pareto/core';
import { abortable } from './holds.js';
import { noTable } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';

type TableWaitDeps = Pick<RouterCore, 'tables' | 'changes' | 'draining' | 'clock'>;

/** Since the router began, or heard a controller: one that is there has told its table by then. */
const timeoutMs = 1_000;

/** Throws `unavailable` when there is no table in time, at once when that is over; the signal's reason when it aborts. */
export async function waitForTable(
  { tables, changes, draining, clock }: TableWaitDeps,
  call: AbortSignal,
): Promise<void> {
  const timeout = new AbortController();
  using _timer = clock.after(milliseconds(Math.max(0, timeoutMs - tables.controllerAgeMs)), () => timeout.abort());
  const why = (): Error => (call.aborted ? (call.reason as Error) : noTable());
  for (;;) {
    if (tables.table !== undefined) return;
    await abortable(changes.next(), [call, draining, timeout.signal], why);
  }
}
