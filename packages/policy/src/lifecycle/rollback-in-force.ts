// Whether a rollback decides which version of an architecture is current.

import type { VersionChange } from '@pareto/core';

/**
 * Returns the rollback that keeps another version of the architecture current, although this version is registered again: the
 * last change, or the last one that concerns the version, if that left it. Undefined if there is none.
 */
export function rollbackInForce(changes: readonly VersionChange[], version: number): VersionChange | undefined {
  const own = changes.findLast((change) => change.version === version || change.from === version);
  return [changes.at(-1), own].find((change) => change?.byRollback === true && change.version !== version);
}
