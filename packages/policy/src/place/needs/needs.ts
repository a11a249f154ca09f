// The kinds of needs for replicas.

import { groupBy, type HardwareClassId, type Milliseconds, type VariantId } from '@pareto/core';
import { createExcluder } from '../../select/exclusions.js';
import { pinsOf } from '../../select/rules.js';
import { wasUsedRecently, type Retention } from './retention.js';
import type { Ledger } from '../ledger/ledger.js';
import { requiredOptions, type Option, type Options } from '../ledger/options.js';
import { isReady, type Need } from './satisfy.js';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed, type VersionsByArchitecture } from '../../snapshot/versions.js';

/** The inputs of a plan. */
export interface PlanningContext {
  readonly snapshot: PlacementSnapshot;
  readonly versions: VersionsByArchitecture;
  readonly options: Options;
  readonly params: PlacementParams;
  /** Variants that are kept only while queries use them, from `coldVariants`. */
  readonly cold: ReadonlyMap<VariantId, Milliseconds>;
}

export const requiredNeeds = (required: Required): readonly Need[] =>
  required.map((own) => need(own, { reason: 'required: cheapest, most accurate or pinned of its task' }));

export const heldNeeds = ({ snapshot, options }: PlanningContext): readonly Need[] =>
  snapshot.held.map((id) => need(options.served.get(id) ?? [], { reason: 'queries are held for it' }));

/**
 * Returns the needs of demand. Dominated variants evict nothing, because only clients that name them cause their
 * demand.
 */
export function wantedNeeds({ snapshot, options }: PlanningContext): readonly Need[] {
  return [...snapshot.wanted].map(([id, count]) => {
    const own = options.served.get(id) ?? [];
    const isDominated = own[0]?.variant.dominatedBy !== undefined;
    return need(own, { reason: 'demand', count, evicts: !isDominated });
  });
}

/** Returns the needs for copies of the required variants on other workers, where memory is free. */
export function spareNeeds(required: Required, { copies }: PlacementParams): readonly Need[] {
  const spare = { reason: 'spare copy of a required variant', count: copies, evicts: false, spread: true };
  return required.map((own) => need(own, spare));
}

/** Returns the needs for variants that dominate a recently used warm one and shall replace it. */
export function replacementNeeds(ledger: Ledger, context: PlanningContext): readonly Need[] {
  const { options, cold } = context;
  const retention = retentionOf(context);
  const replaced = new Set(
    ledger.entries
      .filter((entry) => isReady(entry) && wasUsedRecently(entry.existing, retention))
      .map(({ variant }) => options.served.get(variant)?.[0]?.variant.dominatedBy),
  );
  return [...replaced].flatMap((id) =>
    id === undefined || cold.has(id)
      ? []
      : [need(options.served.get(id) ?? [], { reason: 'dominates a recently used variant', evicts: false })],
  );
}

/** Returns the needs for recently used variants on workers that drain or are gone, where memory is free elsewhere. */
export function relocationNeeds(ledger: Ledger, context: PlanningContext): readonly Need[] {
  const { options } = context;
  const retention = retentionOf(context);
  const leaving = ledger.entries.filter(({ worker, existing }) => {
    if (worker.schedulable || worker.worker.presence === 'awaited') return false;
    return wasUsedRecently(existing, retention);
  });
  const variants = new Set(leaving.map((entry) => entry.variant));
  return [...variants].map((id) =>
    need(options.served.get(id) ?? [], { reason: 'its worker is draining or gone', evicts: false }),
  );
}

export const retentionOf = ({ snapshot: { now }, cold, params }: PlanningContext): Retention => ({ now, cold, params });

/** Options of every required variant, each variant once. */
export type Required = readonly (readonly Option[])[];

/**
 * Returns the pinned variants of each task, otherwise the cheapest and the most accurate one. Leaves out variants that
 * the task may not select, that no worker can hold, or that a rule keeps cold.
 */
export function requiredOf({ snapshot, versions, options, cold }: PlanningContext): Required {
  const holds = hostedBy(snapshot);
  const members = groupBy(
    snapshot.variants.filter((one) => isServed(one, versions)),
    ({ variant }) => variant.task,
  );
  const chosen = snapshot.tasks.flatMap(({ name }) => {
    const own = members.get(name) ?? [];
    const kept = own.filter(({ variant }) => !cold.has(variant.id));
    const hosted = kept.flatMap(({ variant }) => options.served.get(variant.id)?.filter(holds) ?? []);
    return chosenOf(name, own, hosted, snapshot);
  });
  const ids = new Set(chosen.map(({ variant }) => variant.variant.id));
  return Array.from(ids, (id) => options.served.get(id) ?? []);
}

function chosenOf(
  task: string,
  members: readonly PlacementVariant[],
  hosted: readonly Option[],
  { rules }: PlacementSnapshot,
): readonly Option[] {
  const all = members.map(excludable);
  const exclusion = createExcluder('task', task, all, rules);
  const kept = hosted.filter((option) => exclusion(excludable(option.variant)) === undefined);
  const pins = new Set<string>(pinsOf(task, all, rules).map(({ target }) => target));
  const named = pins.size === 0 ? [] : kept.filter(({ variant }) => pins.has(variant.variant.id));
  return [...named, ...requiredOptions(kept)];
}

const excludable = ({ variant, dominatedBy, dominatedWithin }: PlacementVariant) => ({
  ...{ variant: variant.id, architecture: variant.architecture, dominatedBy, dominatedWithin },
});

/** Creates a function that returns whether some worker could hold an option if it were empty. */
export function hostedBy(snapshot: PlacementSnapshot): (option: Option) => boolean {
  const maxMemory = maxMemoryByClass(snapshot);
  return ({ hardwareClass, memoryBytes }) => (maxMemory.get(hardwareClass) ?? -1) >= memoryBytes;
}

/** Returns the memory of the largest worker with slots of each class. Workers that are gone do not count. */
function maxMemoryByClass({ workers }: PlacementSnapshot): ReadonlyMap<HardwareClassId, number> {
  const maxMemory = new Map<HardwareClassId, number>();
  for (const { info, presence } of workers) {
    if (presence === 'gone') continue;
    for (const { hardwareClass, slots } of info.slotGroups) {
      if (slots > 0) maxMemory.set(hardwareClass.id, Math.max(info.memoryBytes, maxMemory.get(hardwareClass.id) ?? 0));
    }
  }
  return maxMemory;
}

export const variantsIn = (needs: readonly Need[]): ReadonlySet<VariantId> =>
  new Set(needs.flatMap(({ options }) => options.map(({ variant }) => variant.variant.id)));

export function need(options: readonly Option[], fields: Partial<Need> & Pick<Need, 'reason'>): Need {
  return { options, count: 1, evicts: true, spread: false, ...fields };
}
