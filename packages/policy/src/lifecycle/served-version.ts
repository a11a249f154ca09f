// Which version of an architecture its name means.

import { isDenied } from '../select/rules.js';
import { countReady, presentWorkers } from './count-ready.js';
import { successionOf, type Succession } from './succession.js';

/**
 * The version that the architecture's name means: the current one once it is as warm as the one that the name meant before,
 * never one older than that. As warm: for every variant that is ready in the version before, as many of the current
 * version are ready as `successionOf` asks for, and something of it is ready at all. Where nothing of the version before is
 * loaded or on its way, the current one as soon as any of its variants was measured, or when none of the other was.
 * `served` undefined: not known, after a change of the leader; then the oldest that is loaded counts as the one before.
 */
export function servedVersion(succession: Succession): number {
  const current = succession.current.architecture.version;
  const before = versionBefore(succession);
  if (before === undefined) return current;
  if (isLoaded(succession, before)) return isAsWarm(succession, before) ? current : before;
  return isMeasured(succession, current) || !isMeasured(succession, before) ? current : before;
}

/** An older version that the name means so far; undefined: there is none. */
function versionBefore(succession: Succession): number | undefined {
  const { served, current, variants } = succession;
  const known = new Set(variants.map(({ variant }) => variant.version));
  const older = [...known].filter((version) => version < current.architecture.version).toSorted((a, b) => a - b);
  if (served !== undefined) return older.includes(served) ? served : undefined;
  return (
    older.find((version) => isLoaded(succession, version)) ??
    older.findLast((version) => isMeasured(succession, version))
  );
}

function isAsWarm(succession: Succession, before: number): boolean {
  const ready = countReady(succession.replicas, succession.workers, succession.current.architecture.version);
  if (ready.size === 0) return false;
  return [...successionOf(succession, before)].every(([id, needed]) => (ready.get(id) ?? 0) >= needed);
}

/** Something of the version may serve, once it is loaded. */
const isMeasured = ({ variants, rules }: Succession, version: number): boolean =>
  variants.some(
    ({ variant, measurements }) =>
      variant.version === version &&
      variant.quarantineReason === undefined &&
      !isDenied(variant, rules) &&
      measurements.some(({ result }) => result.kind === 'measured'),
  );

/** Some replica of the version is in the plan and may answer, now or soon. */
function isLoaded({ replicas, workers }: Succession, version: number): boolean {
  const here = presentWorkers(workers);
  return replicas.some(
    ({ assignment, state }) =>
      assignment.version === version && state !== 'failed' && state !== 'draining' && here.has(assignment.worker),
  );
}
