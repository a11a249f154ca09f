// The cluster that all fault tests share: three etcd nodes, two controllers, two routers and two workers that serve the
// digits. It is repaired before each test.

import { missingEtcd, startEtcd, waitFor, type Etcd } from '@pareto/testkit';
import type { Payload } from '@pareto/loadgen';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { readDigits, registerDigits, type DigitModel } from '../support/digits.js';
import { isFull, ratePerSecond } from '../support/length.js';
import { rightPayloads, startLoad, type Load } from '../support/load.js';
import { overviewOf } from '../support/overview.js';
import { startRegistrar, type Registrar } from '../support/registrar.js';
import type { ServiceProcess } from '../support/service-process.js';

export interface Fixture extends AsyncDisposable {
  readonly etcd: Etcd;
  readonly cluster: Cluster;
  readonly client: TestClient;
  /** Starts stopped services, heals every link, and waits until the cluster is in its initial state. */
  mend(): Promise<void>;
  leader(): Promise<ServiceProcess>;
  /** Sends queries to the addresses, by default to those of both routers, until it is stopped. */
  load(addresses?: readonly string[]): Load;
  /** Sends registrations to the leader until it is stopped. */
  registrar(prefix: string): Registrar;
}

/** Tasks with one model each, of which two replicas are kept. */
const tasks: Readonly<Record<string, DigitModel>> = {
  digits: 'mlp-small',
  ...(isFull && { 'digits-too': 'cnn-small' }),
};
const replicas = 2 * Object.keys(tasks).length;
/** A stopped router or worker is not ready for this time first. Longer than the interval of the balancer's checks. */
const lameDuck = ['--lame-duck-ms', '1500'];
/** Time between two registrations. */
const registrationMs = isFull ? 200 : 400;
/** Index of the worker behind proxies. */
export const linkedWorker = 1;

let fixture: Promise<Fixture> | undefined;

after(async function () {
  this.timeout(60_000);
  await (await fixture)?.[Symbol.asyncDispose]();
});

/** Skips a suite with the reason if etcd is unavailable. Call it in the suite's `before`. */
export async function useFixture(suite: Mocha.Context): Promise<Fixture> {
  const reason = await missingEtcd('3.6');
  if (reason !== undefined) {
    Object.assign(suite.test?.parent ?? {}, { skipReason: reason });
    suite.skip();
  }
  return (fixture ??= startFixture());
}

async function startFixture(): Promise<Fixture> {
  const owned: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(one: T): T => {
    owned.unshift(one);
    return one;
  };
  const dispose = async (): Promise<void> => {
    for (const one of owned) await one[Symbol.asyncDispose]();
  };
  try {
    const etcd = own(await startEtcd({ version: '3.6', nodes: 3 }));
    const cluster = own(
      await startCluster({
        ...{ controllers: 2, routers: 2, workers: 2, etcd: etcd.endpoints },
        ...{ linkedWorkers: [linkedWorker], linkedEtcd: true },
        ...{ routerArgs: lameDuck, workerArgs: lameDuck },
      }),
    );
    const client = createTestClient(cluster);
    own({ [Symbol.asyncDispose]: async () => client[Symbol.dispose]() });
    for (const [task, model] of Object.entries(tasks)) await registerDigits(client, [model], task, true);
    for (const model of Object.values(tasks)) await client.waitUntilReady(model);
    const digits = await readDigits();
    const all = await Promise.all(Object.keys(tasks).map((task) => rightPayloads(client, digits, task)));
    const payloads = all.flat();
    return createFixture({ etcd, cluster, client, payloads, dispose });
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Parts {
  readonly etcd: Etcd;
  readonly cluster: Cluster;
  readonly client: TestClient;
  readonly payloads: readonly Payload[];
  readonly dispose: () => Promise<void>;
}

function createFixture({ etcd, cluster, client, payloads, dispose }: Parts): Fixture {
  const { controllers, routers, workers, links } = cluster;
  const services = [...controllers, ...routers, ...workers];
  return {
    ...{ etcd, cluster, client },
    leader: () =>
      waitFor(
        'a controller to lead',
        async () => {
          const leads = await Promise.all(controllers.map(isLeading));
          return controllers.find((_, index) => leads[index]);
        },
        20_000,
      ),
    async mend() {
      for (const node of etcd.nodes) node.resume();
      for (const proxy of links?.all ?? []) proxy.heal();
      await etcd.start();
      for (const service of services) {
        service.resume();
        if (!service.child.running) service.launch();
      }
      await Promise.all(services.map((service) => service.ready()));
      await waitFor('every router to have every replica', () => haveAll(routers), 60_000, 250);
    },
    load: (addresses = routers.map(({ address }) => address)) => startLoad(addresses, { payloads, ratePerSecond }),
    registrar: (prefix) =>
      startRegistrar({ controllers: controllers.map(({ address }) => address), prefix, everyMs: registrationMs }),
    [Symbol.asyncDispose]: dispose,
  };
}

export async function isLeading(controller: ServiceProcess): Promise<boolean> {
  if (!controller.child.running) return false;
  return controller.metrics().then(
    (metrics) => metrics.value('pareto_leader') === 1,
    () => false,
  );
}

async function haveAll(routers: readonly ServiceProcess[]): Promise<true> {
  const metrics = await Promise.all(routers.map((router) => router.metrics()));
  const callable = metrics.map((each) => each.value('pareto_callable_replicas'));
  if (callable.some((count) => count < replicas)) throw new Error(`they have ${callable.join(' and ')}`);
  return true;
}

/** Waits until the check holds, and returns the milliseconds since `since`. */
export async function timeUntil(
  what: string,
  since: number,
  check: () => Promise<boolean> | boolean,
  timeoutMs = 30_000,
): Promise<number> {
  await waitFor(what, async () => ((await check()) ? true : undefined), timeoutMs);
  return performance.now() - since;
}

/** Returns the replicas that are ready according to the leader. */
export async function servingReplicas(fixture: Pick<Fixture, 'leader'>): Promise<ReadonlySet<string>> {
  const { workers } = await overviewOf(await fixture.leader());
  const replicas = workers.flatMap((worker) => worker.replicas);
  return new Set(replicas.flatMap(({ state, replicaId }) => (state === 'READY' ? [replicaId] : [])));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
