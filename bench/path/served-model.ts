// A cluster of a router and a worker that serves one model with a replica in each of its slots.

import { waitFor } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../../test/support/client.js';
import { startCluster, type Cluster } from '../../test/support/cluster.js';
import type { ServiceProcess, ServiceStarter } from '../../test/support/service-process.js';
import { keepDemand } from './demand.js';

export interface ServedModel extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly worker: ServiceProcess;
  readonly variant: string;
  /** Ids of the replicas. */
  readonly replicas: readonly string[];
  /** Resolves when the shape of the queries so far, which is not the profiled one, is measured. */
  waitForBucket(): Promise<void>;
  /** Throws if the replicas are not those of the start, because figures would not be comparable. */
  checkReplicas(): Promise<void>;
}

interface ServeOptions {
  readonly slots: number;
  /** Set if the router and the worker are one process. */
  readonly isNode?: boolean;
  readonly starter?: ServiceStarter | undefined;
}

const task = 'task';

/** Starts the cluster. Resolves when the model is measured and all replicas are ready. */
export async function serveModel(
  name: string,
  content: Uint8Array,
  { slots, isNode = false, starter }: ServeOptions,
): Promise<ServedModel> {
  const cluster = await startCluster({
    ...{ workers: 1, nodes: isNode ? 1 : 0, profileMs: 1_000, workerArgs: ['--slots', String(slots)] },
    ...(starter && { starter }),
  });
  const client = createTestClient(cluster);
  const variant = `${name}:original`;
  const close = async (demand?: AsyncDisposable): Promise<void> => {
    await demand?.[Symbol.asyncDispose]();
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  };
  try {
    await client.registerTask(task);
    await client.registerModel(task, name, content);
    await client.waitUntilDone(task);
    const demand = await keepDemand({ addresses: [cluster.controller.address], token: cluster.token }, variant);
    const replicas = await waitFor(`${slots} replicas of ${variant}`, async () => {
      const ready = await readyReplicas(client, variant);
      return ready.length === slots ? ready : undefined;
    });
    const [worker] = cluster.workers;
    if (worker === undefined) throw new Error('the cluster has no worker');
    return {
      ...{ cluster, worker, variant, replicas },
      async waitForBucket() {
        await waitFor('a bucket', async () => {
          const { variants } = await client.registry.describe({ name });
          return (variants[0]?.measurements[0]?.profile?.buckets.length ?? 0) > 0 || undefined;
        });
        await client.waitUntilDone(task);
      },
      async checkReplicas() {
        const now = await readyReplicas(client, variant);
        if (now.join() === replicas.join()) return;
        throw new Error(`the replicas of ${variant} changed during the run: ${replicas.join()} to ${now.join()}`);
      },
      [Symbol.asyncDispose]: () => close(demand),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readyReplicas(client: TestClient, wanted: string): Promise<readonly string[]> {
  const { workers } = await client.fleet.listWorkers({});
  return workers
    .flatMap(({ replicas }) => replicas)
    .filter(({ variant, state }) => variant === wanted && state === 'READY')
    .map(({ replicaId }) => replicaId)
    .toSorted();
}
