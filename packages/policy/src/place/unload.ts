// Unloads of replicas that cannot serve, that are on draining workers, or that nothing needs. `makeRoom` in
// `needs/satisfy.ts` evicts replicas for lack of memory.

import { architectureNameOf, type Milliseconds, type VariantId } from '@pareto/core';
import { denialOf } from '../select/rules.js';
import { wasUsedRecently, type Retention } from './needs/retention.js';
import type { Entry, Ledger } from './ledger/ledger.js';
import type { PlanningContext } from './needs/needs.js';
import { isReady, isServing } from './needs/satisfy.js';
import type { PlacementParams } from '../snapshot/snapshot.js';
import type { Versions } from '../snapshot/versions.js';

/** Unloads the replicas that can never answer again. */
export function unloadUnservable(ledger: Ledger, context: PlanningContext): void {
  const reasonOf = createUnloadReasons(ledger, context);
  for (const entry of ledger.entries) {
    const reason = reasonOf(entry);
    if (reason !== undefined) ledger.unload(entry, reason);
  }
}

function createUnloadReasons(
  ledger: Ledger,
  { snapshot, versions, params }: PlanningContext,
): (entry: Entry) => string | undefined {
  const { now, rules } = snapshot;
  const variants = new Map(snapshot.variants.map(({ variant }) => [`${variant.id}/${variant.version}`, variant]));
  return (entry) => {
    const architecture = architectureNameOf(entry.variant);
    const own = versions.get(architecture);
    const variant = variants.get(`${entry.variant}/${entry.version}`);
    if (own !== undefined && entry.version !== own.served && entry.version !== own.next) {
      return isSuperseded(ledger, entry, own, now, params)
        ? `${architecture} resolves to version ${own.served} now`
        : failureReason(entry, now, params);
    }
    if (variant === undefined) return 'the variant was deleted';
    if (variant.quarantineReason !== undefined) return `quarantined: ${variant.quarantineReason}`;
    const denial = denialOf({ ...variant, variant: variant.id }, rules);
    return denial === undefined ? failureReason(entry, now, params) : `denied: ${denial.reason}`;
  };
}

function failureReason({ worker, existing }: Entry, now: Milliseconds, params: PlacementParams): string | undefined {
  if (worker.worker.presence === 'gone') return 'the worker is gone';
  if (existing?.state !== 'failed' || now - existing.since < params.failedRetryMs) return undefined;
  return 'failed; it will be loaded again';
}

/**
 * Returns whether a replica of an old version is not ready, or every replica that replaces it has been ready for
 * `handoverMs`, so that all routers have received the change.
 */
function isSuperseded(
  { entries }: Ledger,
  entry: Entry,
  { served }: Versions,
  now: Milliseconds,
  { handoverMs }: PlacementParams,
): boolean {
  if (!isReady(entry)) return true;
  const architecture = architectureNameOf(entry.variant);
  const successors = entries.filter(
    (other) => other.version === served && isReady(other) && architectureNameOf(other.variant) === architecture,
  );
  return successors.length > 0 && successors.every(({ existing }) => now - (existing?.since ?? now) >= handoverMs);
}

/** Unloads the replicas of draining workers that have a ready replacement or that nothing needs. */
export function drainWorkers(ledger: Ledger, needed: ReadonlySet<VariantId>): void {
  for (const entry of ledger.entries) {
    if (!entry.worker.worker.draining || entry.leaving) continue;
    const wanted = { id: entry.variant, version: entry.version };
    const others = ledger.entriesOf(entry.variant).filter((other) => isServing(other, wanted));
    if (others.some(isReady)) ledger.unload(entry, 'its worker is draining; another replica is ready');
    else if (others.length === 0 && !needed.has(entry.variant)) ledger.unload(entry, 'its worker is draining');
    else if (others.length === 0)
      ledger.unmet({ variant: entry.variant, reason: 'it cannot leave its draining worker: no other worker has room' });
  }
}

/** Unloads the least recently used surplus replica of each version of a variant, one per plan. */
export function unloadSurplus(ledger: Ledger, retention: Retention): void {
  unloadCold(ledger, retention);
  const surplus = new Map<string, Entry>();
  for (const entry of ledger.entries) {
    if (entry.kept || entry.leaving || !isReady(entry) || !entry.worker.schedulable) continue;
    const key = `${entry.variant}/${entry.version}`;
    const other = surplus.get(key);
    if (other === undefined || lastUsed(entry) < lastUsed(other)) surplus.set(key, entry);
  }
  for (const entry of surplus.values()) {
    const others = ledger
      .entriesOf(entry.variant)
      .filter((other) => other !== entry && other.version === entry.version && !other.leaving);
    const idle =
      others.every((other) => !other.kept) &&
      ![entry, ...others].some((one) => wasUsedRecently(one.existing, retention));
    if (idle) ledger.unload(entry, 'idle');
    else if (others.some(isReady)) ledger.unload(entry, 'more replicas than demand needs');
  }
}

/** Unloads all idle replicas of the variants that rules keep cold. */
function unloadCold(ledger: Ledger, retention: Retention): void {
  for (const entry of ledger.entries) {
    if (!retention.cold.has(entry.variant) || entry.kept || !isReady(entry) || !entry.worker.schedulable) continue;
    if (!wasUsedRecently(entry.existing, retention)) ledger.unload(entry, 'a rule keeps it cold, and no query uses it');
  }
}

const lastUsed = (entry: Entry): number => entry.existing?.lastUsedAt ?? Infinity;
