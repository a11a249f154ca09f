// Workers that are alike, which a program counts together.

import { groupBy, oncePer, priceOf, type HardwareClassId, type PriceTable, type WorkerId } from '@pareto/core';
import type { PlacementReplica, PlacementWorker } from '../../snapshot/snapshot.js';

/** The slots of one hardware class on a worker. */
export interface KindSlots {
  readonly hardwareClass: HardwareClassId;
  readonly slots: number;
  /** Memory of the device. Infinity if it has none of its own. */
  readonly deviceMemoryBytes: number;
}

/** Workers with the same slots, memory and price. Memories that differ by little count as the smaller one; in fleets of many kinds, those of one octave. */
export interface HostKind {
  readonly key: string;
  readonly workers: readonly WorkerId[];
  readonly memoryBytes: number;
  readonly groups: readonly KindSlots[];
  /** USD per hour of a worker: the price of all its slots. Those of classes without a price count as the dearest. */
  readonly usdPerHour: number;
}

const gibi = 2 ** 30;

/** Rounds a memory down to 256 MiB, or to 16 MiB below a GiB: hosts of one type differ by some MiB. */
function inSteps(bytes: number): number {
  const step = bytes < gibi ? gibi / 64 : gibi / 4;
  return step * Math.floor(bytes / step);
}

/** Rounds a memory down to a power of two. */
function inOctaves(bytes: number): number {
  if (!(bytes >= 1 && bytes < Infinity)) return 0;
  let octave = 1;
  while (octave <= bytes / 2) octave *= 2;
  return octave;
}

/** Kinds of a fleet up to which memories are rounded by small steps. */
const maxKinds = 32;

/** Groups the workers that keep replicas: connected or awaited ones that do not drain. */
export const listHostKinds = (workers: readonly PlacementWorker[], prices: PriceTable): readonly HostKind[] =>
  kindsAt(prices)(workers);

const kindsAt = oncePer((prices: PriceTable) =>
  oncePer((workers: readonly PlacementWorker[]) => {
    const kinds = groupKinds(workers, prices, inSteps);
    return kinds.length <= maxKinds ? kinds : groupKinds(workers, prices, inOctaves);
  }),
);

/** The slots of one hardware class. */
export interface SlotClass {
  readonly id: HardwareClassId;
  /** Price of a slot, in the mean over the workers. */
  readonly usdPerHour: number;
  readonly slots: number;
  /** Slots of a worker of the most frequent kind. */
  readonly perWorker: number;
}

/** Returns the price of a slot: a part of that of its worker. */
export const slotUsd = ({ groups, usdPerHour }: HostKind): number =>
  usdPerHour / groups.reduce((sum, { slots }) => sum + slots, 0);

/** Returns the price of the dearest worker. 1 if none has a price. */
export const dearestWorker = (kinds: readonly HostKind[]): number =>
  Math.max(0, ...kinds.map(({ usdPerHour }) => usdPerHour)) || 1;

/** Returns the classes of which there are slots. */
export function listSlotClasses(kinds: readonly HostKind[]): readonly SlotClass[] {
  const groups = kinds.flatMap((kind) =>
    kind.groups.map(({ hardwareClass, slots }) => {
      return { hardwareClass, perWorker: slots, slots: slots * kind.workers.length, usdPerHour: slotUsd(kind) };
    }),
  );
  const byClass = groupBy(
    groups.filter(({ slots }) => slots > 0),
    ({ hardwareClass }) => hardwareClass,
  );
  return Array.from(byClass, ([id, own]) => {
    const slots = own.reduce((sum, one) => sum + one.slots, 0);
    const usdPerHour = own.reduce((sum, one) => sum + one.slots * one.usdPerHour, 0) / slots;
    const [most] = own.toSorted((a, b) => b.slots - a.slots);
    return { id, usdPerHour, slots, perWorker: most?.perWorker ?? 0 };
  });
}

/** Returns the number of replicas that stay, by worker. Workers without any are missing. */
export function countReplicas(replicas: readonly PlacementReplica[]): ReadonlyMap<WorkerId, number> {
  const counts = new Map<WorkerId, number>();
  for (const { assignment, state } of replicas)
    if (state !== 'failed' && state !== 'draining')
      counts.set(assignment.worker, (counts.get(assignment.worker) ?? 0) + 1);
  return counts;
}

/** Returns the workers of a kind, those with the most replicas first. */
export const fullestFirst = ({ workers }: HostKind, counts: ReadonlyMap<WorkerId, number>): readonly WorkerId[] =>
  workers.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));

function groupKinds(
  workers: readonly PlacementWorker[],
  prices: PriceTable,
  round: (bytes: number) => number,
): readonly HostKind[] {
  const dearest = Math.max(0, ...Object.values(prices));
  const kinds = new Map<string, HostKind & { readonly workers: WorkerId[] }>();
  for (const { info, presence, draining } of workers) {
    if (presence === 'gone' || draining) continue;
    const groups = info.slotGroups.map(({ hardwareClass, slots, deviceMemoryBytes }): KindSlots => {
      return { hardwareClass: hardwareClass.id, slots, deviceMemoryBytes: round(deviceMemoryBytes) || Infinity };
    });
    const memoryBytes = round(info.memoryBytes);
    const key = [
      memoryBytes,
      ...groups.map((group) => `${group.hardwareClass} x ${group.slots} ${group.deviceMemoryBytes}`),
    ].join(', ');
    const known = kinds.get(key);
    if (known !== undefined) {
      known.workers.push(info.id);
      continue;
    }
    const usdPerHour = groups.reduce(
      (sum, { hardwareClass, slots }) => sum + slots * (priceOf(prices, hardwareClass) ?? dearest),
      0,
    );
    kinds.set(key, { key, workers: [info.id], memoryBytes, groups, usdPerHour });
  }
  return [...kinds.values()];
}
