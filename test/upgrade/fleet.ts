// A cluster of the previous release over etcd, whose services are replaced by those of the current build.

import assert from 'node:assert/strict';
import { systemClock } from '@pareto/core';
import { createChannel, createClient } from '@pareto/rpc';
import { openEtcdStore, type Store } from '@pareto/state';
import { missingEtcd, startEtcd, waitFor, type Etcd } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { readDigits, registerDigits, type Digits } from '../support/digits.js';
import { rightPayloads, startLoad, type FullReport } from '../support/load.js';
import { startRegistrar, type Registrar } from '../support/registrar.js';
import type { ServiceName, ServiceProcess } from '../support/service-process.js';
import { previous, type Release } from './releases.js';

export interface Fleet extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: TestClient;
  readonly digits: Digits;
  services(kind: ServiceName): readonly ServiceProcess[];
  /** Starts a stopped service without waiting for it. */
  launch(service: ServiceProcess, release: Release): void;
  /** Waits until every service is connected, and both routers can call two replicas of each model under load. */
  settle(): Promise<void>;
  /** Sends queries to both routers and registrations to the leader while `work` runs; returns the accounts of both. */
  underLoad(work: () => Promise<void>): Promise<Accounts>;
  /** Queries for the models under load that the cluster's statistics count as successful. */
  countQueries(): Promise<number>;
  openStore(): Promise<Store>;
}

interface Accounts {
  readonly report: FullReport;
  readonly registrar: Registrar;
}

/** Each task has one model, of which two replicas are kept. */
const loaded = { digits: 'mlp-small', 'digits-too': 'cnn-small' } as const;
const ratePerSecond = 40;

/**
 * Starts the cluster. Resolves when it is ready and the models under load are registered. Throws if etcd is
 * unavailable.
 */
export async function startFleet(): Promise<Fleet> {
  const reason = await missingEtcd('3.6');
  if (reason !== undefined) throw new Error(reason);
  const owned: (() => PromiseLike<void>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const end of owned.reverse()) await end();
  };
  try {
    const etcd = await startEtcd({ version: '3.6' });
    owned.push(() => etcd[Symbol.asyncDispose]());
    const releases = new Map<string, Release>();
    const cluster = await startCluster({
      ...{ controllers: 2, routers: 2, workers: 2, etcd: etcd.endpoints },
      starter: (start) => (releases.get(start.name) ?? previous).startService(start),
    });
    owned.push(() => cluster[Symbol.asyncDispose]());
    const client = createTestClient(cluster);
    owned.push(async () => client[Symbol.dispose]());
    for (const [task, model] of Object.entries(loaded)) await registerDigits(client, [model], task);
    return createFleet({ etcd, cluster, client, releases, digits: await readDigits(), dispose });
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Parts {
  readonly etcd: Etcd;
  readonly cluster: Cluster;
  readonly client: TestClient;
  readonly releases: Map<string, Release>;
  readonly digits: Digits;
  readonly dispose: () => Promise<void>;
}

function createFleet({ etcd, cluster, client, releases, digits, dispose }: Parts): Fleet {
  const { controllers, routers, workers } = cluster;
  const services = { controller: controllers, router: routers, worker: workers };
  return {
    ...{ cluster, client, digits },
    services: (kind) => services[kind],
    launch(service, release) {
      releases.set(service.name, release);
      service.launch();
    },
    async settle() {
      const check = async (): Promise<true> => {
        const { workers: known, ...overview } = await client.fleet.overview({}, { timeoutMs: 2_000 });
        const connected = known.filter((worker) => worker.connected).length;
        assert.deepEqual([overview.controllers.length, connected], [controllers.length, workers.length]);
        for (const router of routers) await checkReplicas(router, workers.length);
        return true;
      };
      await waitFor('every service to be connected and every replica to be ready', check, 60_000);
    },
    async underLoad(work) {
      const payloads = await Promise.all(Object.keys(loaded).map((task) => rightPayloads(client, digits, task)));
      const addressesOf = (of: readonly ServiceProcess[]): readonly string[] => of.map(({ address }) => address);
      const load = startLoad(addressesOf(routers), { payloads: payloads.flat(), ratePerSecond });
      const registrar = startRegistrar({ controllers: addressesOf(controllers), prefix: 'meanwhile', everyMs: 500 });
      const stop = async (): Promise<FullReport> => {
        await registrar.stop();
        return load.stop();
      };
      await work().catch(async (error: unknown) => {
        await stop();
        throw error;
      });
      return { registrar, report: await stop() };
    },
    async countQueries() {
      const models = await Promise.all(Object.values(loaded).map((name) => client.oip.modelStatistics({ name })));
      const counts = models.flatMap(({ modelStats }) =>
        modelStats.map(({ inferenceStats }) => inferenceStats?.success?.count ?? 0),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    openStore: () =>
      openEtcdStore({
        ...{ endpoints: etcd.endpoints, prefix: '/pareto/default/', clock: systemClock },
        ...{ tls: undefined, user: undefined, judge: () => ({ kind: 'follow' }), onNotice: () => undefined },
      }),
    [Symbol.asyncDispose]: dispose,
  };
}

/** Throws unless a router can call at least `count` replicas of each model under load. */
async function checkReplicas(router: ServiceProcess, count: number): Promise<void> {
  const channel = createChannel(router.address);
  try {
    const inference = createClient(channel, 'pareto.v1.Inference');
    for (const target of Object.values(loaded)) {
      const { candidates } = await inference.whatIf({ target, objective: { latencyMs: 60_000 } }, { timeoutMs: 2_000 });
      const ready = candidates.reduce((sum, { replicasReady }) => sum + replicasReady, 0);
      assert.ok(ready >= count, `${router.name} can call ${ready} replicas of ${target}`);
    }
  } finally {
    channel.close();
  }
}
