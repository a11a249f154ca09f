// Differences of a model's counters, which clients read before and after requests.

import { isList, isObject, type Json, type JsonObject } from '../compare.js';
import type { GrpcClient } from '../grpc-client.js';

export const readStatistics = async (grpc: GrpcClient, name: string): Promise<Json> =>
  (await grpc.call('ModelStatistics', { name })).reply ?? {};

/** Fields that identify something and are not counters. */
const names = ['name', 'version', 'batch_size', 'last_inference'];

/** Returns the statistics with each counter as its difference since `before`. */
export function since(before: Json | undefined, after: Json): Json {
  if (isList(after)) return after.map((item) => since(sameItem(before, item), item));
  if (!isObject(after)) return after;
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => {
      const earlier = isObject(before) ? before[key] : undefined;
      if (names.includes(key) || typeof value !== 'string') return [key, since(earlier, value)];
      return [key, String(BigInt(value) - BigInt(typeof earlier === 'string' ? earlier : 0))];
    }),
  );
}

/** Returns the item of a list for the same model or the same batch size. */
function sameItem(list: Json | undefined, item: Json): Json | undefined {
  const key = (value: Json): Json | undefined => (isObject(value) ? (value['batch_size'] ?? value['name']) : undefined);
  return isList(list) ? list.find((other) => key(other) === key(item)) : undefined;
}

/** Returns the counters of one model by name, and its batch sizes. */
export function summarise(statistics: Json): JsonObject {
  const [model = {}] = listOf(statistics, 'model_stats');
  const counts = isObject(model['inference_stats']) ? Object.entries(model['inference_stats']) : [];
  return {
    ...Object.fromEntries(counts.map(([name, value]) => [name, Number(isObject(value) ? (value['count'] ?? 0) : 0)])),
    execution_count: Number(model['execution_count'] ?? 0),
    inference_count: Number(model['inference_count'] ?? 0),
    batches: listOf(model, 'batch_stats').map((batch) => batch['batch_size'] ?? null),
  };
}

function listOf(value: Json, key: string): readonly JsonObject[] {
  const list = isObject(value) ? value[key] : undefined;
  return isList(list) ? list.filter(isObject) : [];
}
