// Which version of an architecture its name means.

import { isDenied } from '../select/rules.js';
import { countReady, presentWorkers } from './count-ready.js';
import { rolloutOf, type Rollout } from './rollout.js';

/**
 * The version that the architecture's name means: the current one once it is as warm as the one that the name meant before,
 * never one older than that. As warm: for every variant that is ready in the version before, as many of the current
 * version are ready as `rolloutOf` asks for, and something of it is ready at all. Where nothing of the version before is
 * loaded or on its way, the current one as soon as any of its variants was measured, or when none of the other was.
 * `served` undefined: not known, after a change of the leader; then the oldest that is loaded counts as the one before.
 */
export function servedVersion(rollout: Rollout): number {
  const current = rollout.current.architecture.version;
  const before = versionBefore(rollout);
  if (before === undefined) return current;
  if (isLoaded(rollout, before)) return isAsWarm(rollout, before) ? current : before;
  return isMeasured(rollout, current) || !isMeasured(rollout, before) ? current : before;
}

/** An older version that the name means so far; undefined: there is none. */
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

/** Something of the version may serve, once it is loaded. */
const isMeasured = ({ variants, rules }: Rollout, version: number): boolean =>
  variants.some(
    ({ variant, measurements }) =>
      variant.version === version &&
      variant.quarantineReason === undefined &&
      !isDenied(variant, rules) &&
      measurements.some(({ result }) => result.kind === 'measured'),
  );

/** Some replica of the version is in the plan and may answer, now or soon. */
function isLoaded({ replicas, workers }: Rollout, version: number): boolean {
  const here = presentWorkers(workers);
  return replicas.some(
    ({ assignment, state }) =>
      assignment.version === version && state !== 'failed' && state !== 'draining' && here.has(assignment.worker),
  );
}
