// The reference's statistics requests, each with the requests before it. Counters are compared by their differences.

import type { JsonObject } from '../compare.js';
import type { Fixture } from '../fixture.js';
import { readStatistics, since, summarise } from './counters.js';

type Facts = (fixture: Fixture) => Promise<JsonObject>;

/** Returns the cases by name. `requestOf` returns a request of the reference by its name. */
export function statisticsCases(requestOf: (name: string) => JsonObject): Readonly<Record<string, Facts>> {
  const after =
    (...names: readonly string[]): Facts =>
    async ({ grpc }) => {
      const before = await readStatistics(grpc, 'id-uint8');
      for (const name of names) await grpc.call('ModelInfer', requestOf(name));
      return { status: 'OK', reply: since(before, await readStatistics(grpc, 'id-uint8')) };
    };
  const ofThree =
    (input: string): Facts =>
    async ({ grpc }) => {
      const before = await readStatistics(grpc, 'counted');
      for (let count = 0; count < 3; count += 1) await grpc.call('ModelInfer', batchOfTwo(input));
      const after = await readStatistics(grpc, 'counted');
      return {
        status: 'OK',
        reply: { ...summarise(since(before, after)), batches: summarise(after)['batches'] ?? [] },
      };
    };
  return {
    'statistics fresh': after('raw UINT8', 'typed UINT8'),
    'statistics after': after('raw UINT8', 'typed UINT8', 'raw UINT8', 'typed UINT8'),
    'statistics: three good': ofThree('x'),
    'statistics: three unknown inputs': ofThree('nothing'),
  };
}

const batchOfTwo = (input: string): JsonObject => ({
  model_name: 'counted',
  inputs: [{ name: input, datatype: 'FP32', shape: [2, 4] }],
  raw_input_contents: [Buffer.alloc(32).toString('base64')],
});
