// Loads the registry and the fleet of a scenario file.

import { readFile } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import { readCluster } from '../profiles/read-cluster.js';
import type { SimulatedFleet } from '../scenario/fleet.js';
import type { SimulatedRegistry } from '../scenario/registry.js';
import { readStandardFiles } from '../standard/read-standard-files.js';
import { createStandardScenario, type StandardScenario } from '../standard/standard-scenario.js';
import { isStandard, type GivenFleet, type GivenRegistry } from './cluster-tables.js';

export interface LoadedCluster {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  /** The standard scenario. Undefined if neither the registry nor the fleet is that of it. */
  readonly standard: StandardScenario | undefined;
}

/**
 * Returns both. A listed registry has the profiles on classes of the fleet. The standard scenario follows from the tables in the
 * folder `data`, or is its stand-in if that is undefined.
 */
export async function loadCluster(
  registry: GivenRegistry,
  fleet: GivenFleet,
  data: string | undefined,
): Promise<LoadedCluster> {
  const needsStandard = isStandard(registry) || isStandard(fleet);
  const tables = needsStandard && data !== undefined ? await readStandardFiles(data) : undefined;
  const standard = needsStandard ? createStandardScenario(tables) : undefined;
  const listed = readCluster({
    variants: await readListing('variants', registry.files?.variants),
    tasks: await readListing('tasks', registry.files?.tasks),
    workers: await readListing('workers', fleet.files?.workers),
  });
  const sourceOf = (given: GivenRegistry | GivenFleet): Pick<LoadedCluster, 'registry' | 'fleet'> =>
    isStandard(given) && standard !== undefined ? standard : listed;
  const loadedFleet = fleet.value ?? sourceOf(fleet).fleet;
  const loaded = registry.value ?? sourceOf(registry).registry;
  const { files } = registry;
  const usable = files === undefined ? loaded : withClassesOf(loadedFleet, loaded, files.variants);
  return { registry: usable, fleet: loadedFleet, standard };
}

/** Returns parsed JSON, or an empty listing if there is no file. */
async function readListing(kind: 'variants' | 'tasks' | 'workers', file: string | undefined): Promise<unknown> {
  if (file === undefined) return { [kind]: [] };
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const problem = `${file} cannot be read: ${errorText(error)}; expected the output of 'pareto get ${kind} -o json'`;
    throw new ParetoError('invalid-argument', problem, { cause: error });
  }
}

/**
 * Returns a listed registry with the tasks of its variants, and with the profiles on classes of the fleet. Throws
 * `invalid-argument`, which names the `source` of the listing, if no variant is left.
 */
export function withClassesOf(fleet: SimulatedFleet, registry: SimulatedRegistry, source: string): SimulatedRegistry {
  const classes = new Set(fleet.classes.map(({ name }) => name));
  const variants = registry.variants
    .map((variant) => ({
      ...variant,
      profiles: variant.profiles.filter(({ hardwareClass }) => classes.has(hardwareClass)),
    }))
    .filter(({ profiles }) => profiles.length > 0);
  if (variants.length === 0) {
    const measured = new Set(registry.variants.flatMap(({ profiles }) => profiles.map((each) => each.hardwareClass)));
    const problem = `${source} has no variant that is measured on a class of the fleet (${[...classes].join(', ')})`;
    throw new ParetoError('invalid-argument', `${problem}; expected one of ${[...measured].join(', ')}`);
  }
  const known = new Map(registry.tasks.map((task) => [task.name, task]));
  const names = [...new Set(variants.map(({ task }) => task))];
  return { tasks: names.map((name) => known.get(name) ?? { name }), variants };
}
