// Which unmeasured variants are measured where: one at a time per worker, before they may be placed on that class.

import type { HardwareClassId } from '@pareto/core';
import type { Ledger, WorkerBook } from './ledger.js';
import { memoryBound } from './options.js';
import { slotsOf, victimsFor } from './satisfy.js';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from './snapshot.js';

/** Orders what is missing; where memory is short the least recently used replicas leave first. */
export function planMeasures(ledger: Ledger, snapshot: PlacementSnapshot, params: PlacementParams): void {
  const held = new Set(snapshot.held);
  const byUrgency = snapshot.variants.toSorted(
    (a, b) => Number(held.has(b.variant.id)) - Number(held.has(a.variant.id)),
  );
  const classes = openClasses(ledger);
  for (const variant of byUrgency) {
    if (variant.variant.quarantineReason !== undefined) continue;
    for (const hardwareClass of unmeasuredClasses(ledger, variant, classes.get(variant.variant.provider) ?? []))
      measureSomewhere(ledger, variant, hardwareClass, params);
  }
}

/** Classes that open workers have slots of, by provider. */
function openClasses({ workers }: Ledger): ReadonlyMap<string, Iterable<HardwareClassId>> {
  const classes = new Map<string, Set<HardwareClassId>>();
  for (const host of workers) {
    if (!host.open) continue;
    for (const { hardwareClass, slots } of host.worker.info.slotGroups) {
      if (slots === 0) continue;
      const known = classes.get(hardwareClass.provider) ?? new Set();
      classes.set(hardwareClass.provider, known.add(hardwareClass.id));
    }
  }
  return classes;
}

/** Of the classes that it runs on, those that it was not measured on, nor is being. */
function unmeasuredClasses(
  { workers }: Ledger,
  { variant, measurements }: PlacementVariant,
  classes: Iterable<HardwareClassId>,
): readonly HardwareClassId[] {
  const unmeasured = [...classes].filter((id) => !measurements.some(({ hardwareClass }) => hardwareClass === id));
  if (unmeasured.length === 0) return [];
  const measurers = workers.filter((host) => host.worker.measuring === variant.id);
  return unmeasured.filter((id) => !measurers.some((host) => slotsOf(host, id) > 0));
}

function measureSomewhere(
  ledger: Ledger,
  variant: PlacementVariant,
  hardwareClass: HardwareClassId,
  params: PlacementParams,
): void {
  const memoryBytes = memoryBound(variant, params);
  const able = (host: WorkerBook): boolean => host.open && slotsOf(host, hardwareClass) > 0;
  const idle = ledger.workers.filter((host) => able(host) && !host.measuring).toSorted((a, b) => b.free - a.free);
  const [roomiest] = idle;
  if (roomiest === undefined) return; // all are busy measuring: a later turn's work
  if (roomiest.free >= memoryBytes) return ledger.measure(variant, hardwareClass, roomiest, memoryBytes);
  for (const host of idle) {
    const victims = victimsFor(host, memoryBytes);
    if (victims === undefined) continue;
    for (const victim of victims)
      ledger.unload(victim, `least recently used, makes room to measure ${variant.variant.id}`);
    return ledger.promise(host, memoryBytes);
  }
  ledger.unmet(variant.variant.id, `cannot be measured on ${hardwareClass}: no worker can free ${memoryBytes} bytes`);
}
