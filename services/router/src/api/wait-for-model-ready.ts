// Waiting for a model to be ready.

import { milliseconds, ParetoError } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { abortable } from '../query/holds.js';
import { findTarget, requireTable } from '../resolve/resolve.js';
import type { RouterCore } from '../query/router-core.js';
import { stateOf } from './model-state.js';

type ReadinessDeps = Pick<RouterCore, 'tables' | 'loads' | 'changes' | 'draining' | 'clock'>;

/** Without a deadline of the caller's. */
const maxWaitMs = 60_000;

/**
 * Resolves when some replica of it can be called. Throws `failed-precondition` when it is out of service, and when the time is
 * over, why it is not ready yet: `deadline-exceeded` at the caller's deadline, else `unavailable`.
 */
export async function waitForModelReady(core: ReadinessDeps, name: string, call: ServerCall): Promise<void> {
  const remaining = call.remainingMs();
  const ended = new AbortController();
  const waitMs = milliseconds(Math.min(maxWaitMs, remaining ?? Infinity));
  using _timer = core.clock.after(waitMs, () => ended.abort());
  for (;;) {
    const changed = core.changes.next();
    const table = requireTable(core.tables.table);
    const { state, reason } = stateOf(core, table, findTarget(table, name, ''));
    if (state === 'READY') return;
    if (state === 'OUT-OF-SERVICE') throw new ParetoError('failed-precondition', reason);
    const why = (): Error => {
      if (call.signal.aborted) return call.signal.reason as Error;
      if (core.draining.aborted) return new ParetoError('unavailable', 'this router is shutting down: ask another');
      const code = waitMs === remaining ? 'deadline-exceeded' : 'unavailable';
      const rest = 'the wish is kept, ask ModelReady';
      return new ParetoError(code, `'${name}' is not ready after ${Math.round(waitMs)} ms: ${reason}; ${rest}`);
    };
    await abortable(changed, [call.signal, core.draining, ended.signal], why);
  }
}
