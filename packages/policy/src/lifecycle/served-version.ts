// The version of an architecture that its name resolves to.

import { isDenied } from '../select/rules.js';
import { countReady, presentWorkers } from './count-ready.js';
import { rolloutOf, type Rollout } from './rollout.js';

/**
 * Returns the version that the architecture's name resolves to: the current version, which may be an older one that an
 * operator went back to, or the version before it.
 * - While the version before has replicas, the name moves to the current version once that has as many ready replicas as
 *   `rolloutOf` counts, and at least one.
 * - If the version before has none, the name moves once a variant of the current version is measured, or immediately if none
 *   of the version before is.
 *
 * The name never moves away from the current version. If `served` is undefined (after a change of leader), the version
 * with the most ready replicas is the version before, the oldest of them if there are several.
 */
export function servedVersion(rollout: Rollout): number {
  const current = rollout.current.architecture.version;
  const before = versionBefore(rollout);
  if (before === undefined) return current;
  if (isLoaded(rollout, before)) return isAsWarm(rollout, before) ? current : before;
  return isMeasured(rollout, current) || !isMeasured(rollout, before) ? current : before;
}

/** Returns the other version that the name resolved to so far. Undefined if there is none. */
function versionBefore(rollout: Rollout): number | undefined {
  const { served, current, variants } = rollout;
  const known = new Set(variants.map(({ variant }) => variant.version));
  const others = [...known].filter((version) => version !== current.architecture.version).toSorted((a, b) => a - b);
  if (served !== undefined) return others.includes(served) ? served : undefined;
  const loaded = others.filter((version) => isLoaded(rollout, version));
  const [warmest] = loaded.toSorted((a, b) => replicasReady(rollout, b) - replicasReady(rollout, a));
  return warmest ?? others.findLast((version) => isMeasured(rollout, version));
}

const replicasReady = ({ replicas, workers }: Rollout, version: number): number =>
  [...countReady(replicas, workers, version).values()].reduce((sum, count) => sum + count, 0);

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
