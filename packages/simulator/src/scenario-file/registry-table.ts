// The registry of a scenario file, if it is written there.

import type { Prefer } from '@pareto/core';
import {
  countUpTo,
  durationOrZero,
  fieldAt,
  fieldError,
  listOf,
  mapOf,
  needed,
  objectOf,
  oneOf,
  optional,
  positive,
  share,
  text,
  valueOf,
  type Field,
  type Reader,
  type Table,
} from '@pareto/scenario';
import type { BatchPoint, SimulatedRegistry, SimulatedVariant } from '../scenario/registry.js';

const maxBatch = 4_096;

const pointTable = objectOf<BatchPoint>(
  {
    batch: needed(valueOf(countUpTo(maxBatch), 'batch: 1'), 'the size of the batch, such as batch: 1'),
    p50Ms: needed(valueOf(positive, 'p50Ms: 4.2'), 'the median time of the batch, such as p50Ms: 4.2'),
    p95Ms: needed(valueOf(positive, 'p95Ms: 5'), 'the 95th percentile of its time, such as p95Ms: 5'),
    p99Ms: needed(valueOf(positive, 'p99Ms: 6.5'), 'the 99th percentile of its time, such as p99Ms: 6.5'),
  },
  'the times of a batch, such as { batch: 1, p50Ms: 4.2, p95Ms: 5, p99Ms: 6.5 }',
);

interface GivenProfile {
  readonly class: string;
  readonly memoryMib: number;
  readonly load: number;
  readonly points: readonly BatchPoint[];
}

const profileTable = objectOf<GivenProfile>(
  {
    class: needed(valueOf(text, 'class: cpu'), 'a class of the fleet, such as class: cpu'),
    memoryMib: needed(valueOf(positive, 'memoryMib: 120'), 'the memory of a replica, such as memoryMib: 120'),
    load: needed(valueOf(durationOrZero, 'load: 800ms'), 'the time until a replica is ready, such as load: 800ms'),
    points: needed(
      listOf(pointTable, 'a list of batch sizes with their times'),
      'a list such as points: [{ batch: 1, p50Ms: 4.2, p95Ms: 5, p99Ms: 6.5 }]',
    ),
  },
  'a profile with keys such as class and points',
);

interface GivenVariant extends Omit<SimulatedVariant, 'profiles' | 'architecture'> {
  readonly architecture?: string;
  readonly profiles: readonly GivenProfile[];
}

const variantTable = objectOf<GivenVariant>(
  {
    name: needed(valueOf(text, 'name: small'), 'a name, such as name: small'),
    architecture: optional(valueOf(text, 'architecture: resnet50')),
    task: needed(valueOf(text, 'task: digits'), 'the task that it answers, such as task: digits'),
    accuracy: needed(valueOf(share, 'accuracy: 0.92'), 'its accuracy from 0 to 1, such as accuracy: 0.92'),
    profiles: needed(
      listOf(profileTable, 'a list with a profile for each hardware class'),
      'a list with a profile for each hardware class that it can run on',
    ),
  },
  'a variant with keys such as name, task, accuracy and profiles',
);

interface TaskKeys {
  readonly latencyMs?: number;
  readonly prefer?: Prefer;
}

const taskTable = objectOf<TaskKeys>(
  {
    latencyMs: optional(valueOf(positive, 'latencyMs: 200')),
    prefer: optional(valueOf(oneOf(['cost', 'accuracy']))),
  },
  'the default objective, such as { latencyMs: 200 }',
);

/** Keys of a registry that the file contains. */
interface RegistryKeys {
  readonly tasks?: ReadonlyMap<string, TaskKeys>;
  readonly variants: readonly GivenVariant[];
}

const registryTable: Table<RegistryKeys> = {
  tasks: optional(mapOf(taskTable, 'tasks by name, such as { digits: { latencyMs: 200 } }')),
  variants: needed(listOf(variantTable, 'a list of variants'), 'a list of variants, or the path of a file'),
};

/** Reads the registry. Names of variants differ, and the times of a profile rise with the size of the batch. */
export const readRegistry: Reader<SimulatedRegistry> = (field) => {
  const { tasks = new Map<string, never>(), variants } = objectOf(registryTable, 'keys such as variants')(field);
  for (const [index, variant] of variants.entries()) checkVariant(variant, fieldAt(field, 'variants', index));
  const twice = variants.findIndex(({ name }, index) => variants.findIndex((other) => other.name === name) < index);
  if (twice >= 0)
    throw fieldError(fieldAt(field, 'variants', twice, 'name'), 'expected a name that no other variant has');
  const names = new Set([...tasks.keys(), ...variants.map(({ task }) => task)]);
  return {
    tasks: [...names].map((name) => {
      const { latencyMs: defaultLatencyMs, ...others } = tasks.get(name) ?? {};
      return { name, ...others, ...(defaultLatencyMs !== undefined && { defaultLatencyMs }) };
    }),
    variants: variants.map((variant, index) => ({
      ...variant,
      architecture: variant.architecture ?? variant.name,
      profiles: variant.profiles.map(({ class: hardwareClass, load: loadMs, ...rest }) => ({
        ...{ hardwareClass, loadMs, ...rest, modelled: false },
        source: `${field.source.file}, variants[${index}]`,
      })),
    })),
  };
};

function checkVariant({ profiles }: GivenVariant, field: Field): void {
  for (const [index, { points }] of profiles.entries()) {
    for (const [position, point] of points.entries()) {
      const place = fieldAt(field, 'profiles', index, 'points', position);
      const { batch, p50Ms, p95Ms, p99Ms } = point;
      if (batch <= (points[position - 1]?.batch ?? 0)) {
        throw fieldError(fieldAt(place, 'batch'), `expected ascending batch sizes, received ${batch}`);
      }
      if (p50Ms > p95Ms || p95Ms > p99Ms) {
        throw fieldError(place, `expected p50Ms <= p95Ms <= p99Ms, received ${p50Ms}, ${p95Ms} and ${p99Ms}`);
      }
    }
  }
}
