// What the registry of a cluster says about a variant.

import { fallbackObjective, type HardwareClassId, type Profile } from '@pareto/core';
import type { PlacementVariant } from '@pareto/policy';
import type { Cluster } from './cluster.js';

/** Returns the latency that a task has by default. */
export const latencyOf = ({ tasks }: Pick<Cluster, 'tasks'>, task: string): number =>
  tasks.find(({ name }) => name === task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;

export function profileOf({ variant, measurements }: PlacementVariant, hardwareClass: HardwareClassId): Profile {
  const result = measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
  if (result?.kind !== 'measured') throw new Error(`${variant.id} is not measured on ${hardwareClass}`);
  return result.profile;
}

export function variantNamed({ variants }: Pick<Cluster, 'variants'>, id: string): PlacementVariant {
  const found = variants.find(({ variant }) => variant.id === id);
  if (found === undefined) throw new Error(`there is no variant ${id}`);
  return found;
}
