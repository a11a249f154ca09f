// Replicas of variants that the registry has never heard of: the store was wiped or restored to before they were registered.

import type { ReplicaReport, WorkerId } from '@pareto/core';
import type { Scene } from './observe.js';
import { nameKey } from './records.js';
import { versionKey } from './registry-view.js';

/** They go on serving for so long after a leader began, so that there is time to register them again, or restore better. */
const graceMs = 3_600_000;

/** The worker must unload nothing that is not listed: for now it is not known, or not decided, what it is that it runs. */
export function keepsUnlisted(scene: Scene, worker: WorkerId): boolean {
  const { fleet, settled, leadingSince, now } = scene;
  if (!settled) return true;
  if (leadingSince === undefined || now - leadingSince >= graceMs) return false;
  if (fleet.lastReport(worker) === undefined) return true;
  return [...fleet.replicas(worker).values()].some(({ report }) => isStranger(scene, report));
}

/** An architecture that was deleted leaves its name and the versions that were given. */
export function isStranger(
  { registry, records }: Scene,
  { variant, version, state }: Pick<ReplicaReport, 'variant' | 'version' | 'state'>,
): boolean {
  if (state === 'failed' || registry.versions.has(versionKey(variant, version))) return false;
  const name = records.names.get(nameKey(variant.split(':')[0] ?? ''))?.value;
  return name === undefined || name.kind === 'task' || name.current < version;
}
