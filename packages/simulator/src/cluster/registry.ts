// The registry's entries by the names that assignments have.

import { fallbackObjective, type HardwareClassId, type Profile, type VariantId } from '@pareto/core';
import type { PlacementVariant } from '@pareto/policy';
import type { Cluster } from './cluster.js';

/** Returns the latency that a task has by default. */
export const latencyOf = ({ tasks }: Pick<Cluster, 'tasks'>, task: string): number =>
  tasks.find(({ name }) => name === task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;

/** Returns the classes on which the variant has a profile. */
export const profiledClasses = ({ measurements }: Pick<PlacementVariant, 'measurements'>): readonly HardwareClassId[] =>
  measurements.flatMap(({ hardwareClass, result }) => (result.kind === 'measured' ? [hardwareClass] : []));

/** Throws if the variant is not measured on the class. */
export function profileOf({ variant, measurements }: PlacementVariant, hardwareClass: HardwareClassId): Profile {
  const result = measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
  if (result?.kind !== 'measured') throw new Error(`${variant.id} is not measured on ${hardwareClass}`);
  return result.profile;
}

/** Throws if there is no such variant. */
export function variantWithId({ variantsById }: Pick<Cluster, 'variantsById'>, id: VariantId): PlacementVariant {
  const found = variantsById.get(id);
  if (found === undefined) throw new Error(`there is no variant ${id}`);
  return found;
}
