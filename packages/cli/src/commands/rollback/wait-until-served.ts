// Waits until the name of an architecture resolves to a version.

import { milliseconds, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import type { Context } from '../../context/context.js';
import { formatSpan } from '../../terminal/format.js';

const pollMs = milliseconds(300);

/**
 * Throws `aborted` if another version becomes the current one meanwhile, and `deadline-exceeded` after `timeoutMs`.
 */
export async function waitUntilServed(
  context: Context,
  { registry }: ControllerClients,
  { name, version }: Pick<wire.Architecture, 'name' | 'version'>,
  timeoutMs: number,
): Promise<void> {
  const { terminal, clock, stop } = context;
  const since = clock.now();
  const repeating = repeatOptions(context);
  // A standby controller receives the rollback later.
  for (let isKnown = false; ;) {
    const { architectures } = await repeat(() => registry.describe({ name }, { signal: stop }), repeating);
    const { currentVersion = 0, servedVersion = 0 } = architectures[0] ?? {};
    if (currentVersion === version) {
      isKnown = true;
      if (servedVersion === 0 || servedVersion === version) return;
    } else if (isKnown) {
      throw new ParetoError(
        'aborted',
        `version ${currentVersion} of ${name} is being rolled out now instead of ${version}`,
      );
    }
    const waited = clock.now() - since;
    if (waited >= timeoutMs) {
      const why = `version ${version} of ${name} is not as warm as version ${servedVersion} after ${formatSpan(waited)}`;
      throw new ParetoError('deadline-exceeded', `${why}: 'pareto describe ${name}' shows what it lacks`);
    }
    terminal.status([
      `version ${servedVersion} of ${name} serves until version ${version} is as warm, ${formatSpan(waited)}`,
    ]);
    await clock.sleep(pollMs, stop);
  }
}
