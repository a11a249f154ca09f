// Questions about the replicas of a ledger.

import type { HardwareClassId, Variant } from '@pareto/core';
import { mustLeave } from '../context/budget.js';
import type { Entry, Host } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Option } from '../context/options.js';

/** Returns whether the entry is a replica of the variant that answers now or will: it has not failed and will stay. */
export function isServing(entry: Entry, variant: Pick<Variant, 'id' | 'version'>): boolean {
  return (
    entry.variant === variant.id &&
    entry.version === variant.version &&
    !entry.leaving &&
    entry.existing?.state !== 'failed' &&
    entry.host.worker.presence !== 'gone' &&
    !mustLeave(entry.host.worker)
  );
}

export const isReady = (entry: Entry): boolean => entry.existing?.state === 'ready';

export const slotsOf = (host: Host, hardwareClass: HardwareClassId): number =>
  host.groups.get(hardwareClass)?.slots ?? 0;

/**
 * Returns the number of replicas of the option's variant by worker. Infinity if a failed one must be removed first.
 * Workers without any are missing.
 */
export function countByHost(ledger: Ledger, { variant }: Option): ReadonlyMap<Host, number> {
  const { id, version } = variant.variant;
  const counts = new Map<Host, number>();
  for (const entry of ledger.entriesOf(id)) {
    if (entry.version !== version || entry.leaving) continue;
    const one = entry.existing?.state === 'failed' ? Infinity : 1;
    counts.set(entry.host, (counts.get(entry.host) ?? 0) + one);
  }
  return counts;
}
