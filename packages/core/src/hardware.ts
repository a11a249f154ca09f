// Hardware classes and their prices. The controller's flag `--prices` sets the prices.

import { hardwareClassId, usdPerHour, type Bytes, type HardwareClassId, type UsdPerHour } from './units.js';

/** A kind of device slot: what decides how fast a variant runs. */
export interface HardwareClass {
  readonly id: HardwareClassId;
  /** ONNX Runtime's execution provider: cpu, webgpu, cuda, tensorrt. */
  readonly provider: string;
  /** Device model, lower case with dashes. */
  readonly device: string;
  /** avx2, avx512, avx512-vnni, neon and so on; `none` if the device has none. */
  readonly instructionSet: string;
}

export interface SlotGroup {
  readonly hardwareClass: HardwareClass;
  readonly slots: number;
  /** Version of the device's driver. Empty if there is none. */
  readonly driver: string;
  readonly memoryPerSlot: Bytes;
  /** Memory of the device itself that replicas may use. 0 if it has none, so that they use the worker's memory alone. */
  readonly deviceMemoryBytes: Bytes;
  /** Identity of the device. The slot groups of a worker with the same one share its memory. */
  readonly deviceId: string;
}

export const createHardwareClass = (fields: Omit<HardwareClass, 'id'>): HardwareClass => ({
  ...fields,
  id: hardwareClassId(`${fields.provider}/${fields.device}/${fields.instructionSet}`),
});

/** Returns the hardware class of an id, which may end in the memory of a slot, as in older releases: `…/avx2/8g`. */
export const hardwareClassOf = (id: string): HardwareClassId =>
  hardwareClassId(id.replace(/^([^/]+\/[^/]+\/[^/]+)\/\d+g$/, '$1'));

/**
 * Returns the id that older releases give to the class of the slots: with their memory in whole GiB, rounded down.
 * Messages and records that an older release may read have it.
 */
export const idWithMemory = ({
  hardwareClass,
  memoryPerSlot,
}: Pick<SlotGroup, 'hardwareClass' | 'memoryPerSlot'>): HardwareClassId =>
  hardwareClassId(`${hardwareClass.id}/${Math.floor(memoryPerSlot / 2 ** 30)}g`);

/** Returns the instruction set of a class. Empty if the id has none. */
export const instructionSetOf = (id: HardwareClassId): string => id.split('/')[2] ?? '';

/**
 * USD per slot-hour, by hardware class id, or by a prefix of it that ends in `/`. An id may state a memory, as in older
 * releases.
 */
export type PriceTable = Readonly<Record<string, number>>;

/** An m5.2xlarge's 0.384 USD/h over its 8 vCPUs; a p3.2xlarge's 3.06 USD/h for a GPU. */
export const defaultPrices: PriceTable = { 'cpu/': 0.048, 'webgpu/': 0.526, 'cuda/': 3.06, 'tensorrt/': 3.06 };

/**
 * Returns the price of a slot: that of the id itself, else the highest one of its ids with a memory, else that of the
 * longest prefix. Undefined if the table has none for the class.
 */
export function priceOf(prices: PriceTable, id: HardwareClassId): UsdPerHour | undefined {
  let best: number | undefined;
  let bestRank = 0;
  for (const [key, price] of Object.entries(prices)) {
    const rank = rankOf(key, id);
    if (rank === 0 || rank < bestRank || (rank === bestRank && price < (best ?? 0))) continue;
    best = price;
    bestRank = rank;
  }
  return best === undefined ? undefined : usdPerHour(best);
}

/** Returns how well a key of a price table fits a class. 0 if it does not. */
function rankOf(key: string, id: HardwareClassId): number {
  if (key.endsWith('/')) return `${id}/`.startsWith(key) ? key.length : 0;
  if (key === id) return Infinity;
  return hardwareClassOf(key) === id ? Number.MAX_SAFE_INTEGER : 0;
}
