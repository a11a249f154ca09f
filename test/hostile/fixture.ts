// A cluster to attack, with two small models, and the checks of what an attack may not do.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '@pareto/protocol';
import { onnxType, waitFor, writeModel } from '@pareto/testkit';
import { createTestClient } from '../support/client.js';
import { startCluster, type Cluster, type ClusterOptions } from '../support/cluster.js';
import { type ServiceProcess } from '../support/service-process.js';
import { type Attack, type AttackReport } from './attacks/attack.js';
import { startBystander, type BystanderReport } from './bystander.js';
import { startAttacker } from './start-attacker.js';
import { smallModel, wideModel, type Target } from './target.js';
import { transports } from './transports.js';

interface RunLength {
  readonly full: boolean;
  /** Minimum time for which the bystanders send queries, over which the attacks are spread. */
  readonly spreadMs?: number;
}

interface Reports {
  readonly attacks: readonly AttackReport[];
  /** Bystanders on connections of their own. */
  readonly bystanders: readonly BystanderReport[];
  /** Maximum size of the requests and replies that one process held. */
  readonly heldBytes: number;
}

export interface Fixture extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly target: Target;
  /** Runs attacks while a bystander on its own connection sends queries over each transport. */
  readonly run: (attacks: readonly Attack[], length: RunLength) => Promise<Reports>;
}

const wideLength = 2 ** 18;

/** A matrix product with a row or a diagonal of ones. */
function productModel(inputs: number, outputs: number): Uint8Array {
  const weights = new Float32Array(inputs * outputs);
  for (let at = 0; at < weights.length; at += inputs === 1 ? 1 : outputs + 1) weights[at] = 2;
  return writeModel({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: onnxType.float, dims: ['batch', inputs] }],
    outputs: [{ name: 'y', type: onnxType.float, dims: ['batch', outputs] }],
    initializers: [{ name: 'w', type: onnxType.float, dims: [inputs, outputs], raw: new Uint8Array(weights.buffer) }],
  });
}

export async function startFixture(options: Pick<ClusterOptions, 'env' | 'routers'> = {}): Promise<Fixture> {
  const cluster = await startCluster({ workers: 2, profileMs: 100, ...options });
  const attacker = startAttacker();
  const dispose = async (): Promise<void> => {
    await attacker[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  };
  try {
    const target = targetOf(cluster);
    await serveModels(cluster);
    return {
      ...{ cluster, target },
      async run(attacks, { full, spreadMs = 0 }) {
        const open = transports.map((transport) => ({ transport, connection: transport.open(target) }));
        const bystanders = open.map(({ connection }) => startBystander(connection, full ? 20 : 5));
        await Promise.all(bystanders.map(({ started }) => started));
        const held = watchHeldBytes(cluster);
        const names = attacks.map(({ name }) => name);
        const [reports] = await Promise.all([
          attacker.run({ attacks: names, target, full, spreadMs }),
          sleep(spreadMs),
        ]);
        const seen = await Promise.all(bystanders.map((bystander) => bystander.stop()));
        for (const { connection } of open) connection[Symbol.dispose]();
        return { attacks: reports, bystanders: seen, heldBytes: await held.stop() };
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function serveModels(cluster: Cluster): Promise<void> {
  using client = createTestClient(cluster);
  const models = { [smallModel]: productModel(4, 4), [wideModel]: productModel(1, wideLength) };
  for (const [name, model] of Object.entries(models)) {
    await client.registerTask(`${name}-task`);
    await client.registerModel(`${name}-task`, name, model, { maxBatchSize: 1 });
  }
  for (const [name, width] of Object.entries({ [smallModel]: 4, [wideModel]: 1 })) {
    await client.waitUntilMeasured(`${name}-task`);
    const x = { name: 'x', datatype: 'FP32', shape: [1, width], raw: Buffer.alloc(4 * width) } as const;
    await waitFor(`${name} to answer`, () => client.infer(name, [x], { latency_ms: 10_000 }), 30_000);
  }
}

function targetOf({ router, workers, controller }: Cluster): Target {
  const [worker = assert.fail()] = workers;
  const services = [router, controller, worker];
  return {
    ...{ router: router.address, http: new URL(router.url).host },
    ...{ worker: worker.address, controller: controller.address },
    probes: services.map(({ metricsPort }) => `127.0.0.1:${metricsPort}`),
  };
}

/** Returns the failures of all bystanders, also of those on the connections of attacks. */
export const failuresOf = ({ attacks, bystanders }: Reports): readonly string[] =>
  [...bystanders, ...attacks.flatMap((attack) => attack.bystanders)].flatMap(({ failures }) => failures);

/** Maximum size of the message of an error. */
const maxMessageBytes = 2048;

/** Asserts that every reply has an allowed status and a message, and that no bystander's query failed. */
export function checkReports(all: Reports, attacks: readonly Attack[]): void {
  const { attacks: reports, heldBytes } = all;
  assert.deepEqual(failuresOf(all), [], 'no query of a bystander fails');
  const wrong = attacks.flatMap(({ name, allowed }) => {
    const replies = reports.find(({ attack }) => attack === name)?.replies;
    const { statuses = {}, maxMessageBytes: bytes = 0, silent = 0 } = replies ?? {};
    const others = Object.entries(statuses).filter(([status]) => !allowed.includes(status));
    return [
      ...others.map(([status, { count, sample }]) => `${name}: ${count} x ${status}: ${sample}`),
      ...(bytes > maxMessageBytes ? [`${name}: a message of ${bytes} bytes`] : []),
      ...(silent > 0 ? [`${name}: ${silent} errors without a message`] : []),
    ];
  });
  assert.deepEqual(wrong, [], 'every attack is answered with a status that says what was wrong');
  const { bufferedBytes } = defaultLimits;
  assert.ok(heldBytes <= bufferedBytes, `${heldBytes} bytes were held: the budget is ${bufferedBytes}`);
}

const sampleMs = 500;

/** Samples the size of the requests and replies that the services hold, until it is stopped. */
function watchHeldBytes({ router, workers, controller }: Cluster): { stop(): Promise<number> } {
  let [max, stopping] = [0, false];
  const watch = async (): Promise<void> => {
    while (!stopping) {
      for (const service of [router, controller, ...workers]) {
        // A service that is busy answers later.
        const metrics = await service.metrics().catch(() => undefined);
        max = Math.max(max, metrics?.value('pareto_buffered_bytes') ?? 0);
      }
      await sleep(sampleMs);
    }
  };
  const watching = watch();
  return {
    async stop() {
      stopping = true;
      await watching;
      return max;
    },
  };
}

/** Counts what an attack may not change. */
export async function countLosses({
  router,
  workers,
  controllers,
}: Cluster): Promise<Readonly<Record<string, number>>> {
  const services = [router, ...workers, ...controllers];
  const sum = async (from: readonly ServiceProcess[], metric: string): Promise<number> =>
    (await Promise.all(from.map((service) => service.metrics()))).reduce(
      (total, each) => total + each.value(metric),
      0,
    );
  return {
    'ended processes': services.filter(({ child }) => !child.running).length,
    'lost workers': await sum([router], 'pareto_workers_lost_total'),
    'restarted executors': await sum(workers, 'pareto_executor_deaths_total'),
  };
}
