// Waits until a model is ready.

import { milliseconds, ParetoError, type TableVersion } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { abortable } from '../query/abortable.js';
import { findTarget, requireTable } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import { stateOf, type ModelState } from './model-state.js';

type ReadinessDeps = Pick<RouterContext, 'tables' | 'core' | 'changes' | 'draining' | 'clock'>;

/** Maximum wait; the caller's deadline may be earlier. */
const maxWaitMs = 60_000;

const behind: ModelState = { state: 'LOADING', reason: 'this router has no table with the newest plan yet' };

/**
 * Resolves when some replica of the model can be called, according to a table that is not older than `version`. Throws
 * `failed-precondition` if the model is out of service, `deadline-exceeded` at the caller's deadline, and `unavailable`
 * after 60 s. The last two state why it is not ready.
 */
export async function waitForModelReady(
  router: ReadinessDeps,
  name: string,
  call: ServerCall,
  version?: TableVersion,
): Promise<void> {
  const remaining = call.remainingMs();
  const ended = new AbortController();
  const waitMs = milliseconds(Math.min(maxWaitMs, remaining ?? Infinity));
  using _timer = router.clock.after(waitMs, () => ended.abort());
  for (;;) {
    const table = requireTable(router.tables.table);
    const isBehind = version?.epoch === table.version.epoch && table.version.revision < version.revision;
    const { state, reason } = isBehind ? behind : stateOf(router, table, findTarget(table, name, ''));
    if (state === 'READY') return;
    if (state === 'OUT-OF-SERVICE') throw new ParetoError('failed-precondition', reason);
    const createError = (): Error => {
      if (call.signal.aborted) return call.signal.reason as Error;
      if (router.draining.aborted)
        return new ParetoError('unavailable', 'this router is shutting down; retry on another router');
      const code = waitMs === remaining ? 'deadline-exceeded' : 'unavailable';
      const advice = 'the rule that keeps it warm remains; poll ModelReady';
      return new ParetoError(code, `'${name}' is not ready after ${Math.round(waitMs)} ms: ${reason}; ${advice}`);
    };
    await abortable(router.changes.listen, [call.signal, router.draining, ended.signal], createError);
  }
}
