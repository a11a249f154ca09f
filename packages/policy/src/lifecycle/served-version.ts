// The version of an architecture that its name resolves to.

import { isDenied } from '../select/rules.js';
import { countReady, presentWorkers } from './count-ready.js';
import { rolloutOf, type Rollout } from './rollout.js';

/**
 * Returns the version that the architecture's name resolves to: the current version or the version before it.
 * - While the version before has replicas, the name moves to the current version once that has as many ready replicas as
 *   `rolloutOf` counts, and at least one.
 * - If the version before has none, the name moves once a variant of the current version is measured, or immediately if none
 *   of the version before is.
 *
 * The name never moves back. If `served` is undefined (after a change of leader), the oldest loaded version is the version
 * before.
 */
export function servedVersion(rollout: Rollout): number {
  const current = rollout.current.architecture.version;
  const before = versionBefore(rollout);
  if (before === undefined) return current;
  if (isLoaded(rollout, before)) return isAsWarm(rollout, before) ? current : before;
  return isMeasured(rollout, current) || !isMeasured(rollout, before) ? current : before;
}

/** Returns the older version that the name resolved to so far. Undefined if there is none. */
function versionBefore(rollout: Rollout): number | undefined {
  const { served, current, variants } = rollout;
  const known = new Set(variants.map(({ variant }) => variant.version));
  const older = [...known].filter((version) => version < current.architecture.version).toSorted((a, b) => a - b);
  if (served !== undefined) return older.includes(served) ? served : undefined;
  return (
    older.find((version) => isLoaded(rollout, version)) ?? older.findLast((version) => isMeasured(rollout, version))
  );
}

function isAsWarm(rollout: Rollout, before: number): boolean {
  const ready = countReady(rollout.replicas, rollout.workers, rollout.current.architecture.version);
  if (ready.size === 0) return false;
  return [...rolloutOf(rollout, before)].every(([id, needed]) => (ready.get(id) ?? 0) >= needed);
}

/** Returns whether a variant of the version could serve once it is loaded. */
const isMeasured = ({ variants, rules }: Rollout, version: number): boolean =>
  variants.some(
    ({ variant, measurements }) =>
      variant.version === version &&
      variant.quarantineReason === undefined &&
      !isDenied(variant, rules) &&
      measurements.some(({ result }) => result.kind === 'measured'),
  );

/** Returns whether the plan has a replica of the version that answers now or will soon. */
function isLoaded({ replicas, workers }: Rollout, version: number): boolean {
  const here = presentWorkers(workers);
  return replicas.some(
    ({ assignment, state }) =>
      assignment.version === version && state !== 'failed' && state !== 'draining' && here.has(assignment.worker),
  );
}
