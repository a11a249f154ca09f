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
  for (const variant of byUrgency) {
    if (variant.variant.quarantineReason !== undefined) continue;
    for (const hardwareClass of unmeasuredClasses(ledger, variant))
      measureSomewhere(ledger, variant, hardwareClass, params);
  }
}

/** Classes of open workers that the variant runs on and was not measured on, nor is being. */
function unmeasuredClasses(ledger: Ledger, variant: PlacementVariant): readonly HardwareClassId[] {
  const groups = ledger.workers.filter((host) => host.open).flatMap((host) => host.worker.info.slotGroups);
  const classes = groups.filter(
    (group) => group.hardwareClass.provider === variant.variant.provider && group.slots > 0,
  );
  const ids = new Set(classes.map((group) => group.hardwareClass.id));
  for (const measurement of variant.measurements) ids.delete(measurement.hardwareClass);
  return [...ids].filter((id) => {
    const measurers = ledger.workers.filter((host) => host.worker.measuring === variant.variant.id);
    return !measurers.some((host) => slotsOf(host, id) > 0);
  });
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
    const victims = victimsFor(ledger, host, memoryBytes);
    if (victims === undefined) continue;
    for (const victim of victims)
      ledger.unload(victim, `least recently used, makes room to measure ${variant.variant.id}`);
    return ledger.promise(host, memoryBytes);
  }
  ledger.unmet(variant.variant.id, `cannot be measured on ${hardwareClass}: no worker can free ${memoryBytes} bytes`);
}
