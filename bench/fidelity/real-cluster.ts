// The real cluster: its models and listings, and the loads that are sent to it.

import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { createPreciseClock, runLoad, type LoadReport, type Payload } from '@pareto/loadgen';
import { encodeInferRequest, type RawTensor, type wire } from '@pareto/protocol';
import { createFrameChannel, type RawCaller } from '@pareto/rpc';
import { readCluster, type AssignedVariant, type SimulatedFleet, type SimulatedRegistry } from '@pareto/simulator';
import { waitFor } from '@pareto/testkit';
import { mergeStreams } from '@pareto/workload';
import { createTestClient, type TestClient } from '../../test/support/client.js';
import { startCluster, type Cluster, type ClusterOptions } from '../../test/support/cluster.js';
import { pareto } from '../../test/support/pareto.js';
import { descendantsOf, type PathProcess } from '../path/processes.js';
import type { Load } from './loads.js';
import { outcomeOfReal, type Outcome } from './outcome.js';

/** A task with one model, and the inputs of its queries. */
export interface ServedTask {
  readonly task: string;
  readonly variant: string;
  readonly inputs: readonly RawTensor[];
}

/** The cluster as the simulator reads it. */
export interface ListedCluster {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  /** Replicas that are ready. */
  readonly replicas: readonly AssignedVariant[];
}

export interface RealCluster extends AsyncDisposable {
  readonly client: TestClient;
  /** Returns the processes of the cluster and of its client that run now. */
  readonly processes: () => readonly PathProcess[];
  list(): Promise<ListedCluster>;
  /** Waits until each worker has a replica of the task. */
  load(served: ServedTask): Promise<void>;
  /** Sends queries that keep all workers busy, and whose objectives are met. */
  saturate(served: ServedTask, durationMs: number): Promise<LoadReport>;
  /** Sends one query after another. */
  callOneByOne(served: ServedTask, durationMs: number): Promise<LoadReport>;
  /** Sends the queries of a load. */
  offer(load: Load): Promise<LoadReport>;
  /** Runs a load, and measures what the workers cost meanwhile. */
  run(load: Load): Promise<Outcome>;
}

/** Time for measuring a variant: four times the default, so that the p95 and p99 of a size come from more than a few runs. */
const profileMs = 16_000;
const timeoutMs = 10_000;
/** Number of queries in flight for each worker, so that all are busy. */
const perWorker = 8;
/** Duration of queries that let the controller load more replicas, and their objective: many are rejected, and count as demand. */
const [loadMs, loadLatencyMs] = [1_000, 100];
/** Time between two samples of the workers' cost. */
const costEveryMs = milliseconds(2_000);
const msPerHour = 3_600_000;

/** Starts a cluster with two routers. Each task has to be registered by `register` before queries name it. */
export async function startRealCluster(
  options: ClusterOptions,
  register: (client: TestClient) => Promise<readonly ServedTask[]>,
): Promise<RealCluster & { readonly tasks: readonly ServedTask[] }> {
  const cluster = await startCluster({ routers: 2, profileMs, ...options });
  const client = createTestClient(cluster);
  const channels = cluster.routers.map(({ address }) => createFrameChannel(address));
  const callers = channels.map((channel) => channel.caller('/inference.GRPCInferenceService/ModelInfer'));
  const tasks = await register(client);
  const listing = async (kind: string): Promise<unknown> =>
    JSON.parse(await pareto('--controller', cluster.controller.address, 'get', kind, '-o', 'json'));
  const busy = perWorker * cluster.workers.length;
  const sendClosed = (
    served: ServedTask,
    inFlight: number,
    latencyMs: number,
    durationMs: number,
  ): Promise<LoadReport> =>
    runLoad({
      ...{ clock: systemClock, rng: createSeededRng(1), timeoutMs, callers },
      loop: { kind: 'closed', inFlight, durationMs },
      classes: [{ name: served.task, objectiveMs: latencyMs, payloads: payloadsOf(served, latencyMs) }],
    });
  async function offer({ streams }: Load): Promise<LoadReport> {
    const rng = createSeededRng(1);
    const merged = Array.from(mergeStreams(streams.map(({ arrivalsMs }) => arrivalsMs)), (arrival) => ({ ...arrival }));
    using clock = createPreciseClock();
    return await runLoad({
      ...{ clock, rng, timeoutMs, callers: [callAtRandom(callers, rng)] },
      loop: { kind: 'open', arrivals: merged.map(({ ms }) => ms) },
      classIndexes: merged.map(({ stream }) => stream),
      classes: streams.map(({ task, latencyMs, minAccuracy }, index) => ({
        ...{ name: `${task} ${index}`, objectiveMs: latencyMs },
        payloads: payloadsOf(
          tasks.find((served) => served.task === task),
          latencyMs,
          minAccuracy,
        ),
      })),
    });
  }
  return {
    ...{ client, tasks, offer, processes: () => processesOf(cluster) },
    saturate: (served, durationMs) => sendClosed(served, busy, timeoutMs, durationMs),
    callOneByOne: (served, durationMs) => sendClosed(served, 1, timeoutMs, durationMs),
    async list() {
      const { workers } = await client.fleet.listWorkers({});
      const replicas = workers.flatMap(({ replicas: own }, worker) =>
        own.filter(({ state }) => state === 'READY').map(({ variant }) => ({ variant, worker })),
      );
      const [listedTasks, variants] = [await listing('tasks'), await listing('variants')];
      return { ...readCluster({ tasks: listedTasks, variants, workers: await listing('workers') }), replicas };
    },
    async load(served) {
      const isReady = ({ replicas }: wire.Worker): boolean =>
        replicas.some(({ variant, state }) => variant === served.variant && state === 'READY');
      await waitFor(`${served.variant} to be loaded by all workers`, async () => {
        await sendClosed(served, busy, loadLatencyMs, loadMs);
        return (await client.fleet.listWorkers({})).workers.every(isReady) || undefined;
      });
    },
    async run(load) {
      const sampling = new AbortController();
      const usdPerHour = sampleCost(client, sampling.signal);
      const report = await offer(load);
      sampling.abort();
      return outcomeOfReal(report, ((await usdPerHour) * load.durationMs) / msPerHour, load.durationMs);
    },
    async [Symbol.asyncDispose]() {
      for (const channel of channels) channel.close();
      client[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

const processesOf = (cluster: Cluster): readonly PathProcess[] => [
  { role: 'client', pid: process.pid },
  { role: 'controller', pid: cluster.controller.child.pid },
  ...cluster.routers.map(({ child: { pid } }) => ({ role: 'router', pid }) as const),
  ...cluster.workers.flatMap(({ child: { pid } }): readonly PathProcess[] => [
    { role: 'worker front', pid },
    ...descendantsOf(pid).map((executor) => ({ role: 'executors', pid: executor }) as const),
  ]),
];

/** Returns a caller that sends each query to a random router, as the simulator does. */
const callAtRandom =
  (callers: readonly RawCaller[], rng: () => number): RawCaller =>
  (body, options) => {
    const call = callers[Math.floor(rng() * callers.length)];
    if (call === undefined) throw new Error('there is no router');
    return call(body, options);
  };

function payloadsOf(served: ServedTask | undefined, latencyMs: number, minAccuracy = 0): readonly Payload[] {
  if (served === undefined) throw new Error('the task is not registered');
  const parameters = [['latency_ms', latencyMs] as const, ['min_accuracy', minAccuracy] as const];
  return served.inputs.map((input) => ({
    body: encodeInferRequest({ modelName: served.task, parameters, inputs: [input] }),
    label: undefined,
  }));
}

/** Resolves after the signal with the mean price of the workers that held replicas until then. */
async function sampleCost(client: TestClient, signal: AbortSignal): Promise<number> {
  const samples: number[] = [];
  while (!signal.aborted) {
    const { workers } = await client.fleet.listWorkers({});
    samples.push(workers.reduce((sum, { usdPerHour, replicas }) => sum + (replicas.length > 0 ? usdPerHour : 0), 0));
    await systemClock.sleep(costEveryMs, signal).catch(() => undefined);
  }
  return samples.reduce((sum, value) => sum + value, 0) / samples.length;
}
