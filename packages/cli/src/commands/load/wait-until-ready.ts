// Waits until a task, an architecture or a variant has a ready replica, and shows what delays it.

import { milliseconds, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../../connection/connect.js';
import type { Context } from '../../context/context.js';
import { formatSpan } from '../../terminal/format.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';

const pollMs = milliseconds(300);

/**
 * Waits until `name` has a ready replica and returns its variants that have one. Throws `deadline-exceeded` with the
 * reason after `timeoutMs`, and the controller's error if it rejects the name.
 */
export async function waitUntilReady(
  context: Context,
  clients: ControllerClients,
  name: string,
  timeoutMs: number,
): Promise<readonly wire.Variant[]> {
  const { terminal, clock, stop } = context;
  const since = clock.now();
  const repeating = repeatOptions(context);
  for (let lastReason = ''; ;) {
    const { ready, reason } = await repeat(() => readReadiness(clients, name, stop), repeating);
    if (ready.length > 0) return ready;
    const waited = clock.now() - since;
    if (waited >= timeoutMs) {
      const why = reason === '' ? '' : `: ${reason}`;
      throw new ParetoError('deadline-exceeded', `${name} is not ready after ${formatSpan(waited)}${why}`);
    }
    if (reason !== '' && reason !== lastReason) terminal.note(reason);
    lastReason = reason;
    terminal.status([`loading ${name}, ${formatSpan(waited)}`]);
    await clock.sleep(pollMs, stop);
  }
}

interface Readiness {
  readonly ready: readonly wire.Variant[];
  /** Reason why it is not ready. Empty if it is loading or ready. */
  readonly reason: string;
}

async function readReadiness(
  { registry, fleet }: ControllerClients,
  name: string,
  signal: AbortSignal,
): Promise<Readiness> {
  const [{ variants }, { unmetWarmRules, notices }] = await Promise.all([
    registry.describe({ name }, { signal }),
    fleet.overview({}, { signal }),
  ]);
  const unmet = unmetWarmRules.find(({ target }) => target === name);
  return {
    ready: variants.filter(({ replicasReady }) => replicasReady > 0),
    reason: unmet?.reason ?? noticeOf(name, notices) ?? '',
  };
}

/**
 * Finds the reason among the notices, where controllers of release 0.1 write it, by its first words. It can be removed
 * when release 0.1 is not supported any more.
 */
const noticeOf = (name: string, notices: readonly string[]): string | undefined =>
  notices.find((notice) => notice.startsWith(`${name} is wished to be warm: `));
