// A cluster that is shared by the test files that only send queries. It serves all digits models, and sends traces to a
// collector.

import { createTraceCollector, type TraceCollector } from '@pareto/testkit';
import { startDigits, type DigitsCluster } from './digits.js';

export interface SharedDigits extends DigitsCluster {
  readonly collector: TraceCollector;
}

let shared: Promise<SharedDigits> | undefined;

/** Returns the cluster, which the first call in a process starts. It stops after the last test of the process. */
export function useDigits(): Promise<SharedDigits> {
  return (shared ??= start());
}

after(async () => {
  await (await shared)?.[Symbol.asyncDispose]();
});

async function start(): Promise<SharedDigits> {
  const collector = await createTraceCollector();
  try {
    const started = await startDigits({ traceEndpoint: collector.endpoint });
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
