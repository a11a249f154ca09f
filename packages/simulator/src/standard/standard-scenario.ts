// The standard scenario: ten tasks on four hardware classes. Policies and baselines are compared on it, so it does not change.

import type { StandardTask } from '@pareto/workload';
import type { SimulatedFleet } from '../scenario/fleet.js';
import type { SimulatedRegistry, SimulatedVariant } from '../scenario/registry.js';
import { fitGpuFromTables } from '../profiles/tables/gpu-pairs.js';
import { readInstanceTypes, type InstanceType } from '../profiles/tables/ec2.js';
import { readNvidia } from '../profiles/tables/nvidia.js';
import type { TableFile } from '../profiles/tables/read-table.js';
import { readTimm } from '../profiles/tables/timm.js';
import { completeModel, type CompletedClass } from './complete-model.js';
import { timmFamilies, type Family } from './families.js';
import { createStandardFleet, instanceOf, replicaMemoryMib, standardHosts, type StandardHosts } from './hosts.js';
import { selectFrontier } from './select-frontier.js';
import { standInFamilies, standInGpus, standInInstanceTypes } from './stand-in.js';
import type { GpuFit } from '../profiles/fits/fit-gpu.js';

/** Files of the data folder. */
export interface StandardFiles {
  /** `timm_imagenet_variants.csv`. */
  readonly timm: TableFile;
  /** `nvidia_dle_profiles.csv`. */
  readonly nvidia: TableFile;
  /** `aws_ec2_on_demand_us_east_1.csv`. */
  readonly ec2: TableFile;
}

export interface StandardScenario {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  /** Tasks as `createStandardStreams` takes them. Their accuracies ascend. */
  readonly tasks: readonly StandardTask[];
}

/**
 * Returns the scenario from the files of the data folder, or from the stand-in if undefined. Throws `invalid-argument` for a
 * malformed file, with line and column.
 */
export function createStandardScenario(files?: StandardFiles): StandardScenario {
  if (files === undefined) return assemble(standInFamilies(), standInInstanceTypes, ({ name }) => standInGpus[name]);
  const [timm, nvidia] = [readTimm(files.timm), readNvidia(files.nvidia)];
  return assemble(timmFamilies(timm), readInstanceTypes(files.ec2), ({ name, precision }) =>
    fitGpuFromTables(name, precision, nvidia, timm),
  );
}

type Gpu = NonNullable<StandardHosts['gpu']>;

function assemble(
  families: readonly Family[],
  types: readonly InstanceType[],
  fitOf: (gpu: Gpu) => GpuFit | undefined,
): StandardScenario {
  const classes = standardHosts.map((hosts): CompletedClass => ({
    hardwareClass: hosts.hardwareClass,
    gpu: hosts.gpu && fitOf(hosts.gpu),
    memoryMib: replicaMemoryMib(instanceOf(hosts, types)),
  }));
  const fleet = createStandardFleet(types);
  const variants = families.map(({ name, models }) => ({
    name,
    variants: selectFrontier(models.map((model) => completeModel(model, name, classes))),
  }));
  const tasks = variants.map(({ name, variants: own }) => ({
    ...{ name, p99Ms: cheapestP99Ms(own, fleet), accuracies: own.map(({ accuracy }) => accuracy) },
  }));
  return {
    registry: {
      tasks: tasks.map(({ name, p99Ms }) => ({ name, defaultLatencyMs: p99Ms * defaultMultiple })),
      variants: variants.flatMap(({ variants: own }) => own),
    },
    ...{ fleet, tasks },
  };
}

/** Default objective of a task, as a multiple of the p99 of its cheapest variant: that of half of the queries. */
const defaultMultiple = 6;

/** Returns the p99 of a single item, of the variant and class where its median costs least. */
function cheapestP99Ms(variants: readonly SimulatedVariant[], { classes }: SimulatedFleet): number {
  let [least, p99Ms] = [Infinity, Number.NaN];
  for (const { hardwareClass, points } of variants.flatMap(({ profiles }) => profiles)) {
    const [single] = points;
    const price = classes.find(({ name }) => name === hardwareClass)?.usdPerSlotHour;
    if (single === undefined || price === undefined || single.p50Ms * price >= least) continue;
    [least, p99Ms] = [single.p50Ms * price, single.p99Ms];
  }
  return p99Ms;
}
