// The versions of an architecture that its name can go back to, and for how long they are kept.

import type { Milliseconds, VersionChange } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';

/** Maximum number of changes of the current version that are kept of an architecture. */
export const maxVersionChanges = 50;

/** Minimum time for which a version must be seen unused before it is removed, in ms, unless versions are kept for less. */
const minUnusedMs = 3_600_000;

/**
 * Returns the time since the Unix epoch until which a version that is not current is kept, in ms. Undefined if it is kept
 * without a limit: `keepMs` is 0, or it is unknown when the version was replaced.
 */
export function keptUntilWallMs(
  version: number,
  changes: readonly VersionChange[],
  keepMs: number,
): number | undefined {
  // A version without a change of its own was replaced before the oldest change that is kept.
  const replaced = changes.findLast(({ from }) => from === version) ?? changes[0];
  return replaced === undefined || keepMs === 0 ? undefined : replaced.atWallMs + keepMs;
}

/** The versions of an architecture. */
export interface KeptVersions {
  readonly versions: readonly number[];
  /** Versions that are current, or still have replicas. */
  readonly inUse: ReadonlySet<number>;
  readonly changes: readonly VersionChange[];
  /** Monotonic times since which the leader has seen versions unused. A version without one was not seen unused yet. */
  readonly unusedSince: ReadonlyMap<number, Milliseconds>;
}

/** Monotonic time, and milliseconds since the Unix epoch. */
export interface RemovalTimes {
  readonly now: Milliseconds;
  readonly wallMs: number;
}

/**
 * Returns the versions to remove: they are not in use, were replaced longer than `keepMs` ago, and have been seen unused
 * for an hour, or `keepMs` if that is shorter. The time since the replacement alone is not enough, because it includes the
 * rollout of the next version, and follows every jump of the wall clock.
 */
export function planVersionRemoval(
  { versions, inUse, changes, unusedSince }: KeptVersions,
  { now, wallMs }: RemovalTimes,
  keepMs: number,
): readonly number[] {
  const unusedMs = (version: number): number => now - (unusedSince.get(version) ?? now);
  return versions.filter(
    (version) =>
      !inUse.has(version) &&
      (keptUntilWallMs(version, changes, keepMs) ?? Infinity) <= wallMs &&
      unusedMs(version) >= Math.min(keepMs, minUnusedMs),
  );
}

/** Maximum difference of wall time and monotonic time between two observations, in ms. Above it, the wall clock was set. */
const maxClockJumpMs = 300_000;

/** The unused versions that a leader has seen, and when. */
export interface UnusedVersions extends RemovalTimes {
  /** Monotonic time since which the leader leads. */
  readonly leadingSince: Milliseconds | undefined;
  /** Times since which the leader has seen versions unused, by architecture. */
  readonly unusedSince: ReadonlyMap<string, KeptVersions['unusedSince']>;
}

/**
 * Returns since when the given versions, by architecture, have been seen unused. Starts again after a change of the leader, and
 * after a jump of the wall clock, so that nothing is removed early.
 */
export function observeUnused(
  before: UnusedVersions | undefined,
  { now, wallMs, leadingSince }: Omit<UnusedVersions, 'unusedSince'>,
  unused: ReadonlyMap<string, readonly number[]>,
): UnusedVersions {
  const goesOn =
    before !== undefined &&
    before.leadingSince === leadingSince &&
    Math.abs(wallMs - before.wallMs - (now - before.now)) <= maxClockJumpMs;
  const sinceOf = (name: string, version: number): Milliseconds =>
    (goesOn ? before.unusedSince.get(name)?.get(version) : undefined) ?? now;
  const unusedSince = Array.from(unused, ([name, versions]) => {
    return [name, new Map(versions.map((version) => [version, sinceOf(name, version)]))] as const;
  });
  return { now, wallMs, leadingSince, unusedSince: new Map(unusedSince) };
}

type MeasuredVariant = Pick<PlacementVariant, 'variant' | 'measurements'>;

/**
 * Returns why a version with these variants cannot serve: all of them are quarantined or could not be measured.
 * Undefined if one may serve.
 */
export function rollbackError(variants: readonly MeasuredVariant[]): string | undefined {
  const faults = variants.map(faultOf);
  return faults.includes(undefined) ? undefined : (faults[0] ?? 'it has no variants');
}

function faultOf({ variant, measurements }: MeasuredVariant): string | undefined {
  if (variant.quarantineReason !== undefined) return `${variant.id} is quarantined: ${variant.quarantineReason}`;
  const failed = measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : []));
  if (failed.length === 0 || failed.length < measurements.length) return undefined;
  return `${variant.id} could not be measured: ${failed[0]}`;
}
