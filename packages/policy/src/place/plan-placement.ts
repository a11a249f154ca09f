// Which replica goes where: the simple policy. A solver takes over behind the same function later.

import type { HardwareClassId, Milliseconds, Plan, VariantId } from '@pareto/core';
import { createLedger, type Entry, type Ledger } from './ledger.js';
import { listOptions, requiredOptions, type Option, type OptionsByVariant } from './options.js';
import { planMeasures } from './plan-measures.js';
import { isReady, isServing, satisfy, type Need } from './satisfy.js';
import type { PlacementParams, PlacementSnapshot } from './snapshot.js';

/**
 * The actions that bring the fleet nearer to what is wanted; none when it is there. Within every worker's memory, what
 * is still leaving included. Loads come before the unloads that they replace; where memory forces the opposite, the
 * load follows in a later plan, when the memory is free.
 */
export function planPlacement(snapshot: PlacementSnapshot, params: PlacementParams): Plan {
  const options = listOptions(snapshot);
  const ledger = createLedger(snapshot, options, params);
  removeDead(ledger, snapshot, params);
  const hard = [...requiredNeeds(snapshot, options), ...heldNeeds(snapshot, options)];
  for (const need of hard) satisfy(ledger, need);
  planMeasures(ledger, snapshot, params);
  const wanted = wantedNeeds(snapshot, options);
  for (const need of wanted) satisfy(ledger, need);
  for (const need of spareNeeds(snapshot, options, params)) satisfy(ledger, need);
  for (const need of warmNeeds(ledger, snapshot.now, options, params)) satisfy(ledger, need);
  const needed = new Set([...hard, ...wanted].flatMap((need) => need.options.map((o) => o.variant.variant.id)));
  leaveWorkers(ledger, needed);
  unloadSurplus(ledger, snapshot.now, params);
  return ledger.plan();
}

/** What can never answer again goes at once. */
function removeDead(ledger: Ledger, snapshot: PlacementSnapshot, params: PlacementParams): void {
  const variants = new Map(snapshot.variants.map(({ variant }) => [variant.id, variant]));
  for (const entry of ledger.entries) {
    const variant = variants.get(entry.variant);
    if (variant === undefined) ledger.unload(entry, 'the variant was deleted');
    else if (variant.quarantineReason !== undefined) ledger.unload(entry, `quarantined: ${variant.quarantineReason}`);
    else if (entry.worker.worker.presence === 'gone') ledger.unload(entry, 'the worker is gone');
    else if (retriable(entry, snapshot.now, params)) ledger.unload(entry, 'failed; it will be tried again');
  }
}

function retriable(entry: Entry, now: Milliseconds, params: PlacementParams): boolean {
  return entry.existing?.state === 'failed' && now - entry.existing.since >= params.failedRetryMs;
}

function requiredNeeds(snapshot: PlacementSnapshot, options: OptionsByVariant): readonly Need[] {
  return required(snapshot, options).map((own) =>
    need(own, { reason: 'required: cheapest or most accurate of its task' }),
  );
}

function heldNeeds(snapshot: PlacementSnapshot, options: OptionsByVariant): readonly Need[] {
  return snapshot.held.map((id) => need(options.get(id) ?? [], { reason: 'queries are held for it' }));
}

function wantedNeeds(snapshot: PlacementSnapshot, options: OptionsByVariant): readonly Need[] {
  return [...snapshot.wanted].map(([id, count]) => need(options.get(id) ?? [], { reason: 'demand', count }));
}

/** A second worker for what every task must keep, where there is room to spare. */
function spareNeeds(snapshot: PlacementSnapshot, options: OptionsByVariant, params: PlacementParams): readonly Need[] {
  const spare = { reason: 'spare copy of a required variant', count: params.copies, evicts: false, spread: true };
  return required(snapshot, options).map((own) => need(own, spare));
}

/** What was used lately and sits on a worker that goes or is gone moves elsewhere, where there is room to spare. */
function warmNeeds(
  ledger: Ledger,
  now: Milliseconds,
  options: OptionsByVariant,
  params: PlacementParams,
): readonly Need[] {
  const leaving = ledger.entries.filter(({ worker, existing }) => {
    if (worker.open || worker.worker.presence === 'awaited' || existing === undefined) return false;
    return now - existing.lastUsedAt < params.keepWarmMs;
  });
  const variants = new Set(leaving.map((entry) => entry.variant));
  return [...variants].map((id) => need(options.get(id) ?? [], { reason: 'its worker goes', evicts: false }));
}

/** The options of every required variant, each variant once. */
function required(snapshot: PlacementSnapshot, options: OptionsByVariant): readonly (readonly Option[])[] {
  const largest = largestHosts(snapshot);
  const holds = ({ hardwareClass, memoryBytes }: Option): boolean => (largest.get(hardwareClass) ?? -1) >= memoryBytes;
  const hosted = [...options.values()].flat().filter(holds);
  const chosen = snapshot.tasks.flatMap((task) => requiredOptions(task, hosted));
  return chosen.map((option) => options.get(option.variant.variant.id) ?? [option]);
}

/** Memory of the largest worker that has slots of a class, of those that are there or expected back. */
function largestHosts({ workers }: PlacementSnapshot): ReadonlyMap<HardwareClassId, number> {
  const largest = new Map<HardwareClassId, number>();
  for (const { info, presence } of workers) {
    if (presence === 'gone') continue;
    for (const { hardwareClass, slots } of info.slotGroups) {
      if (slots > 0) largest.set(hardwareClass.id, Math.max(info.memoryBytes, largest.get(hardwareClass.id) ?? 0));
    }
  }
  return largest;
}

function need(options: readonly Option[], fields: Partial<Need> & Pick<Need, 'reason'>): Need {
  return { options, count: 1, evicts: true, spread: false, ...fields };
}

/** A draining worker's replicas go when another answers in their place, or when nothing needs them. */
function leaveWorkers(ledger: Ledger, needed: ReadonlySet<VariantId>): void {
  for (const entry of ledger.entries) {
    if (!entry.worker.worker.draining || entry.leaving) continue;
    const wanted = { id: entry.variant, version: entry.version };
    const others = ledger.entriesOf(entry.variant).filter((other) => isServing(other, wanted));
    if (others.some(isReady)) ledger.unload(entry, 'its worker is draining; another replica is ready');
    else if (others.length === 0 && !needed.has(entry.variant)) ledger.unload(entry, 'its worker is draining');
    else if (others.length === 0) ledger.unmet(entry.variant, `cannot leave draining worker: no other has room`);
  }
}

/** Of each variant that has more replicas than needs count on, the least recently used goes: one in a plan. */
function unloadSurplus(ledger: Ledger, now: Milliseconds, params: PlacementParams): void {
  const surplus = new Map<VariantId, Entry>();
  for (const entry of ledger.entries) {
    if (entry.kept || entry.leaving || !isReady(entry) || !entry.worker.open) continue;
    const other = surplus.get(entry.variant);
    if (other === undefined || lastUsed(entry) < lastUsed(other)) surplus.set(entry.variant, entry);
  }
  for (const entry of surplus.values()) {
    const others = ledger.entriesOf(entry.variant).filter((other) => other !== entry && !other.leaving);
    const idle = others.every((other) => !other.kept) && now - lastUsedOf([entry, ...others]) >= params.keepWarmMs;
    if (idle) ledger.unload(entry, 'idle');
    else if (others.some(isReady)) ledger.unload(entry, 'more replicas than demand calls for');
  }
}

const lastUsed = (entry: Entry): number => entry.existing?.lastUsedAt ?? Infinity;
const lastUsedOf = (entries: readonly Entry[]): number => Math.max(...entries.map(lastUsed));
