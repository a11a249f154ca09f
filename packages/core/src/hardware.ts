// Hardware classes and their prices. The controller's flag `--prices` sets the prices.

import { bytes, hardwareClassId, usdPerHour, type Bytes, type HardwareClassId, type UsdPerHour } from './units.js';

/** A kind of device slot. */
export interface HardwareClass {
  readonly id: HardwareClassId;
  /** ONNX Runtime's execution provider: cpu, webgpu, cuda, tensorrt. */
  readonly provider: string;
  /** Device model, lower case with dashes. */
  readonly device: string;
  /** avx2, avx512, avx512-vnni, neon and so on; `none` if the device has none. */
  readonly instructionSet: string;
  readonly memoryPerSlot: Bytes;
}

export interface SlotGroup {
  readonly hardwareClass: HardwareClass;
  readonly slots: number;
  /** Version of the device's driver. Empty if there is none. */
  readonly driver: string;
}

/** Creates a hardware class with its id. The id states the memory in whole GiB, rounded down. */
export function createHardwareClass(fields: Omit<HardwareClass, 'id'>): HardwareClass {
  const gib = Math.floor(fields.memoryPerSlot / 2 ** 30);
  return {
    ...fields,
    memoryPerSlot: bytes(fields.memoryPerSlot),
    id: hardwareClassId(`${fields.provider}/${fields.device}/${fields.instructionSet}/${gib}g`),
  };
}

/** USD per slot-hour, by hardware class id or by a prefix of it that ends in `/`. The longest match applies. */
export type PriceTable = Readonly<Record<string, number>>;

/** An m5.2xlarge's 0.384 USD/h over its 8 vCPUs; a p3.2xlarge's 3.06 USD/h for a GPU. */
export const defaultPrices: PriceTable = { 'cpu/': 0.048, 'webgpu/': 0.526, 'cuda/': 3.06, 'tensorrt/': 3.06 };

/** Returns the price of a slot, or undefined if the table has none for the class. */
export function priceOf(prices: PriceTable, id: HardwareClassId): UsdPerHour | undefined {
  let best: string | undefined;
  for (const key of Object.keys(prices)) {
    const matches = key.endsWith('/') ? id.startsWith(key) : id === key;
    if (matches && (best === undefined || key.length > best.length)) best = key;
  }
  const price = best === undefined ? undefined : prices[best];
  return price === undefined ? undefined : usdPerHour(price);
}
