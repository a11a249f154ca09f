// Registries and fleets for tests.

import type { SimulatedFleet, SimulatedRegistry, SimulatedVariant } from '../../src/index.js';

const memoryMib = 100;

/** Builds a variant of the task `images` on the class `plain`: batches of each size take the given median times in ms. */
export const buildSimulatedVariant = (
  name: string,
  accuracy: number,
  times: Readonly<Record<number, number>>,
  fields: Partial<SimulatedVariant> = {},
): SimulatedVariant => ({
  ...{ name, architecture: name, task: 'images', accuracy },
  profiles: [
    {
      ...{ hardwareClass: 'plain', memoryMib, loadMs: 1_000, modelled: true, source: 'test' },
      points: Object.entries(times).map(([batch, p50Ms]) => ({
        ...{ batch: Number(batch), p50Ms, p95Ms: 1.04 * p50Ms, p99Ms: 1.08 * p50Ms },
      })),
    },
  ],
  ...fields,
});

/** Returns a variant whose replicas take other memory. */
export const withMemory = (variant: SimulatedVariant, mib: number): SimulatedVariant => ({
  ...variant,
  profiles: variant.profiles.map((profile) => ({ ...profile, memoryMib: mib })),
});

export const buildRegistry = (...variants: readonly SimulatedVariant[]): SimulatedRegistry => ({
  tasks: [...new Set(variants.map(({ task }) => task))].map((name) => ({ name })),
  variants,
});

/** Builds workers of the class `plain`. A slot costs 0.05 USD per hour. */
export const buildFleet = (count: number, slots: number, memoryMib = 8_192): SimulatedFleet => ({
  classes: [{ name: 'plain', usdPerSlotHour: 0.05 }],
  workers: [{ hardwareClass: 'plain', count, slots, memoryMib }],
});
