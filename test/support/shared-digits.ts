// A cluster that the test files share which only send queries. It serves digits models, and sends traces to a
// collector.

import { createTraceCollector, type TraceCollector } from '@pareto/testkit';
import { createTestClient, type TestClient } from './client.js';
import type { Cluster } from './cluster.js';
import { startDigits, type Digits, type DigitsCluster } from './digits.js';

export interface SharedDigits {
  /** The cluster, with the router that was asked for as its first one. */
  readonly cluster: Cluster;
  readonly client: TestClient;
  readonly digits: Digits;
  readonly collector: TraceCollector;
}

/** Routers of the cluster by their processes: that of a router alone, and that of a router and a worker. */
const routerIndex = { router: 1, node: 0 } as const;

/** Models of different accuracies and costs. `mlp-large` takes as much CPU as two others. */
const models = ['mlp-tiny', 'mlp-small', 'cnn-small', 'cnn-medium', 'cnn-large'] as const;

interface Shared extends AsyncDisposable {
  readonly started: DigitsCluster;
  readonly collector: TraceCollector;
}

/** Value of the header `authorization` for the collector. */
export const collectorSecret = 'Bearer a-secret,of-the-collector';

let users = 0;
let shared: Promise<Shared> | undefined;

/**
 * Gives the tests of the current suite the cluster, with a router in a process of this kind. The first suite starts it,
 * and the last one stops it. Returns a function for use in hooks and tests.
 */
export function useDigits(kind: keyof typeof routerIndex = 'router'): () => SharedDigits {
  let own: SharedDigits | undefined;
  users += 1;
  before(async function () {
    this.timeout(120_000);
    const { started, collector } = await (shared ??= start());
    const { cluster, digits } = started;
    const router = cluster.routers[routerIndex[kind]] ?? cluster.router;
    own = { cluster: { ...cluster, router }, client: createTestClient({ ...cluster, router }), digits, collector };
  });
  after(async () => {
    own?.client[Symbol.dispose]();
    users -= 1;
    if (users === 0) await stop();
  });
  return () => {
    if (own === undefined) throw new Error('the cluster was not started');
    return own;
  };
}

// Without some of the suites, the last one is unknown.
after(stop);

async function stop(): Promise<void> {
  const stopping = shared;
  shared = undefined;
  await (await stopping)?.[Symbol.asyncDispose]();
}

async function start(): Promise<Shared> {
  const collector = await createTraceCollector();
  try {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(collectorSecret)}` };
    const sizes = { nodes: 1, routers: 2, workers: 2 };
    const started = await startDigits({ ...sizes, traceEndpoint: collector.endpoint, env }, models);
    return {
      ...{ started, collector },
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
