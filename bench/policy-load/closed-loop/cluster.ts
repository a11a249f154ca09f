// The cluster of a scenario: hardware, tasks and models, as the registry and the fleet of a controller have them.

import {
  bytes,
  milliseconds,
  variantId,
  workerId,
  type HardwareClass,
  type PriceTable,
  type Profile,
  type Task,
  type Variant,
  type WorkerInfo,
} from '@pareto/core';
import { markVariants, type PlacementArchitecture, type PlacementVariant } from '@pareto/policy';
import {
  buildAccuracy,
  buildArchitecture,
  buildHardwareClass,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildSlotGroup,
  buildTask,
  buildVariant,
  buildWorkerInfo,
} from '@pareto/testkit';

/** Median time of a batch in ms, by its size. */
export type BatchTimes = Readonly<Record<number, number>>;

export interface Model {
  readonly name: string;
  readonly task: string;
  readonly accuracy: number;
  readonly memoryMib: number;
  /** Profiled times by hardware class. */
  readonly times: Readonly<Record<string, BatchTimes>>;
}

export interface ClusterOptions {
  /** Price of a slot in USD per hour, by hardware class. */
  readonly prices: Readonly<Record<string, number>>;
  readonly workers: readonly { readonly on: string; readonly slots: number; readonly memoryMib: number }[];
  /** Tasks with their default latency objective. Undefined if they have none. */
  readonly tasks: Readonly<Record<string, number | undefined>>;
  readonly models: readonly Model[];
}

export interface Cluster {
  readonly workers: readonly WorkerInfo[];
  readonly tasks: readonly Task[];
  readonly architectures: readonly PlacementArchitecture[];
  readonly variants: readonly PlacementVariant[];
  readonly prices: PriceTable;
}

const mib = 2 ** 20;
/** Share by which the 95th percentile of a batch exceeds its median. */
const spread = 0.04;
/** Maximum batch size of the models. */
const maxBatchSize = 64;

/** The only variant of a model. */
export const variantOf = (model: string): Variant['id'] => variantId(`${model}:original`);

/** The hardware class of a name. */
export const classOf = (name: string): HardwareClass => buildHardwareClass({ device: name });

export function createCluster({ prices: pricesByClass, workers, tasks: latencies, models }: ClusterOptions): Cluster {
  const prices = Object.fromEntries(Object.entries(pricesByClass).map(([name, usd]) => [classOf(name).id, usd]));
  const tasks = Object.entries(latencies).map(([name, latencyMs]) =>
    buildTask({ name, defaultObjective: latencyMs === undefined ? {} : { latencyMs: milliseconds(latencyMs) } }),
  );
  const architectures = models.map(({ name, task }) => ({
    architecture: buildArchitecture({ name, task, maxBatchSize }),
    outcomes: [],
  }));
  const variants = markVariants({ tasks, architectures, variants: models.map(measuredVariant), rules: [], prices });
  return {
    workers: workers.map(({ on, slots, memoryMib }, index) =>
      buildWorkerInfo({
        id: workerId(`w${index}`),
        address: `w${index}:1`,
        slotGroups: [buildSlotGroup(classOf(on), slots)],
        memoryBytes: bytes(memoryMib * mib),
      }),
    ),
    ...{ tasks, architectures, variants, prices },
  };
}

function measuredVariant({
  name,
  task,
  accuracy,
  memoryMib,
  times,
}: Model): Pick<PlacementVariant, 'variant' | 'measurements'> {
  const id = variantOf(name);
  return {
    variant: buildVariant({ id, architecture: name, task }),
    measurements: Object.entries(times).map(([on, ofClass]) => ({
      ...{ variant: id, version: 1, hardwareClass: classOf(on).id, environment: '1' },
      result: buildMeasuredResult(profileOf(ofClass, memoryMib), buildAccuracy(accuracy)),
    })),
  };
}

const profileOf = (times: BatchTimes, memoryMib: number): Profile =>
  buildProfile(
    Object.entries(times).map(([batch, ms]) => buildPoint(Number(batch), ms, spread)),
    { memoryBytes: bytes(memoryMib * mib) },
  );
