// Clusters that are shared by the test files that only send queries. They serve all digits models, and send traces to a
// collector.

import { createTraceCollector, type TraceCollector } from '@pareto/testkit';
import { startDigits, type DigitsCluster } from './digits.js';

export interface SharedDigits extends DigitsCluster {
  readonly collector: TraceCollector;
}

/** Clusters by the number of their nodes. */
const shared = new Map<number, Promise<SharedDigits>>();

/**
 * Returns the cluster with this number of nodes, which the first call in a process starts. It stops after the last test
 * of the process.
 */
export function useDigits(nodes = 0): Promise<SharedDigits> {
  const known = shared.get(nodes) ?? start(nodes);
  shared.set(nodes, known);
  return known;
}

after(async () => {
  for (const each of shared.values()) await (await each)[Symbol.asyncDispose]();
});

async function start(nodes: number): Promise<SharedDigits> {
  const collector = await createTraceCollector();
  try {
    const started = await startDigits({ nodes, traceEndpoint: collector.endpoint });
    return {
      ...started,
      collector,
      async [Symbol.asyncDispose]() {
        await started[Symbol.asyncDispose]();
        await collector[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await collector[Symbol.asyncDispose]();
    throw error;
  }
}
