// What a replay changes: a file with some of the keys of a scenario file, and prices.

import {
  fieldAt,
  mapOf,
  notNegative,
  objectOf,
  optional,
  readYaml,
  topOf,
  valueOf,
  type Field,
  type Table,
} from '@pareto/scenario';
import type { SimulatedFleet } from '../scenario/fleet.js';
import type { SimulatedRegistry } from '../scenario/registry.js';
import type { AssignedVariant } from '../scenario/scenario.js';
import {
  readGivenFleet,
  readGivenRegistry,
  type GivenFleet,
  type GivenRegistry,
} from '../scenario-file/cluster-tables.js';
import { loadCluster, withClassesOf } from '../scenario-file/load-cluster.js';
import {
  checkFaults,
  checkName,
  checkProfiles,
  conditionsTable,
  type GivenConditions,
} from '../scenario-file/scenario-table.js';

interface GivenOverrides extends GivenConditions {
  readonly registry?: GivenRegistry;
  readonly fleet?: GivenFleet;
  /** USD per slot and hour, by class. */
  readonly prices?: ReadonlyMap<string, number>;
}

const overridesTable: Table<GivenOverrides> = {
  registry: optional(readGivenRegistry),
  fleet: optional(readGivenFleet),
  prices: optional(
    mapOf(valueOf(notNegative, 'cpu: 0.05'), 'prices of a slot per hour by class, such as { cpu: 0.05 }'),
  ),
  ...conditionsTable,
};

const readOverrides = objectOf<GivenOverrides>(overridesTable, 'keys such as params, prices and fleet');

export interface ReplayedCluster {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  /** Replicas that are ready at the start. */
  readonly replicas: readonly AssignedVariant[];
}

export interface LoadedOverrides extends ReplayedCluster, GivenConditions {}

/**
 * Returns the cluster with the changes of a file, which are for a replay of `durationMs`. A changed registry or fleet starts without
 * replicas. Throws `invalid-argument`, which names the file
 * and the line, if the file is invalid.
 */
export async function loadOverrides(
  file: string,
  cluster: ReplayedCluster,
  durationMs: number,
): Promise<LoadedOverrides> {
  const field = topOf(await readYaml(file));
  const { prices = new Map<string, number>(), registry, fleet, ...conditions } = readOverrides(field);
  const listed = { registry: registry ?? { value: cluster.registry }, fleet: fleet ?? { value: cluster.fleet } };
  const loaded = await loadCluster(listed.registry, listed.fleet, undefined);
  const changed = {
    registry: registry === undefined ? withClassesOf(loaded.fleet, cluster.registry, 'the cluster') : loaded.registry,
    fleet: withPrices(loaded.fleet, prices, field),
    replicas: registry === undefined && fleet === undefined ? cluster.replicas : [],
  };
  checkProfiles({ ...(registry !== undefined && { registry }) }, changed, field);
  checkFaults({ ...conditions, duration: durationMs }, changed, field);
  return { ...conditions, ...changed };
}

function withPrices(fleet: SimulatedFleet, prices: ReadonlyMap<string, number>, field: Field): SimulatedFleet {
  const names = fleet.classes.map(({ name }) => name);
  for (const name of prices.keys())
    checkName(name, names, 'a class of the fleet', () => fieldAt(field, 'prices', name));
  const classes = fleet.classes.map(({ name, usdPerSlotHour }) => ({
    name,
    usdPerSlotHour: prices.get(name) ?? usdPerSlotHour,
  }));
  return { ...fleet, classes };
}
