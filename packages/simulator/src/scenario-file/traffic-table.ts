// The traffic of a scenario file: streams of queries for a task.

import { milliseconds, type PartialObjective } from '@pareto/core';
import {
  listOf,
  needed,
  objectOf,
  oneOf,
  optional,
  positive,
  share,
  text,
  valueOf,
  type Reader,
} from '@pareto/scenario';
import { readArrivals, type GivenArrivals } from './arrivals-table.js';

/** Queries for a task. Each has one of the objectives, at random by weight. */
export interface GivenStream {
  readonly task: string;
  readonly arrivals: GivenArrivals;
  /** The objective of the task alone if omitted. */
  readonly objectives?: readonly GivenObjective[];
}

interface GivenObjective {
  /** Share of the queries, relative to the other weights. */
  readonly weight: number;
  readonly objective: PartialObjective;
}

interface ObjectiveKeys {
  readonly weight?: number;
  readonly latencyMs?: number;
  readonly minAccuracy?: number;
  readonly accuracyBound?: 'point' | 'lower95';
  readonly maxCostPer1k?: number;
  readonly class?: 'online' | 'offline';
  readonly degrade?: 'forbid' | 'allow';
  readonly prefer?: 'cost' | 'accuracy';
}

const objectiveTable = objectOf<ObjectiveKeys>(
  {
    weight: optional(valueOf(positive, 'weight: 3')),
    latencyMs: optional(valueOf(positive, 'latencyMs: 100')),
    minAccuracy: optional(valueOf(share, 'minAccuracy: 0.9')),
    accuracyBound: optional(valueOf(oneOf(['point', 'lower95']))),
    maxCostPer1k: optional(valueOf(positive, 'maxCostPer1k: 0.02')),
    class: optional(valueOf(oneOf(['online', 'offline']))),
    degrade: optional(valueOf(oneOf(['forbid', 'allow']))),
    prefer: optional(valueOf(oneOf(['cost', 'accuracy']))),
  },
  'an objective such as { latencyMs: 100, minAccuracy: 0.9 }',
);

const readObjective: Reader<GivenObjective> = (field) => {
  const { weight = 1, latencyMs, ...rest } = objectiveTable(field);
  return { weight, objective: { ...rest, ...(latencyMs !== undefined && { latencyMs: milliseconds(latencyMs) }) } };
};

const streamTable = objectOf<GivenStream>(
  {
    task: needed(valueOf(text, 'task: digits'), 'the task of the queries, such as task: digits'),
    arrivals: needed(readArrivals, 'a process, such as arrivals: { process: poisson, rate: 100 }'),
    objectives: optional(listOf(readObjective, 'a list of objectives, such as [{ latencyMs: 100, minAccuracy: 0.9 }]')),
  },
  'a stream with keys such as task and arrivals',
);

export const readTraffic: Reader<readonly GivenStream[]> = listOf(
  streamTable,
  'a list of streams, each with a task and arrivals',
);
