// Prepares the requests of each query of the settings.

import { createSeededRng, floorOf, hasMetricLimit } from '@pareto/core';
import type { ParameterValue } from '@pareto/protocol';
import { createClient, type Channel } from '@pareto/rpc';
import type { LoadClass } from '../load/run-load.js';
import { createSyntheticPayloads, readPayloads, type Payload } from '../payloads.js';
import { defaultObjectiveMs, type LoadSettings, type QuerySettings } from '../settings/load-settings.js';

/** Limit of the payloads of all classes together. */
const maxPayloads = 10_000;

/** Throws `invalid-argument` if samples cannot be read, or a limit in the unit of a metric cannot be translated. */
export function loadClasses({ queries, seed }: LoadSettings, channel: Channel): Promise<readonly LoadClass[]> {
  const limit = Math.ceil(maxPayloads / queries.length);
  return Promise.all(
    queries.map(async (query) => ({
      name: query.name,
      objectiveMs: query.latencyMs ?? defaultObjectiveMs,
      payloads: await loadPayloads(query, { channel, seed, limit }),
    })),
  );
}

interface PayloadSource {
  readonly channel: Channel;
  readonly seed: number;
  readonly limit: number;
}

async function loadPayloads(
  query: QuerySettings,
  { channel, seed, limit }: PayloadSource,
): Promise<readonly Payload[]> {
  const { target, data } = query;
  const minAccuracy = hasMetricLimit(query) ? await translateLimit(query, channel) : query.minAccuracy;
  const options = { target, parameters: objectiveParameters({ ...query, minAccuracy }), limit };
  if (data !== undefined) return readPayloads(data, options);
  return createSyntheticPayloads(channel, createSeededRng(seed), options);
}

/** Returns the floor that a limit in the unit of a metric is translated into. Throws as `floorOf` does. */
async function translateLimit(query: QuerySettings, channel: Channel): Promise<number | undefined> {
  const { candidates } = await createClient(channel, 'pareto.v1.Inference').whatIf({ target: query.target });
  return floorOf(query, query.target, candidates.find(({ accuracy }) => accuracy !== null)?.accuracy ?? undefined);
}

type ObjectiveSettings = Pick<QuerySettings, 'latencyMs' | 'maxCostPer1k' | 'class'> & {
  readonly minAccuracy: number | undefined;
};

/** Returns the objective as parameters of the protocol. What is not requested is left out. */
function objectiveParameters(query: ObjectiveSettings): readonly (readonly [string, ParameterValue])[] {
  const { latencyMs, minAccuracy, maxCostPer1k, class: serviceClass } = query;
  const pairs = {
    ...{ latency_ms: latencyMs, min_accuracy: minAccuracy, max_cost_per_1k: maxCostPer1k, class: serviceClass },
  };
  return Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
