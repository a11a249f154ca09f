// A model on a cluster: its capacity, and the outcome of the load that is offered to it.

import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { createPreciseClock, runLoad, type LoadReport, type Payload } from '@pareto/loadgen';
import { encodeInferRequest } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { planArrivals, planQueries, type ArrivalProcess } from '@pareto/workload';
import type { TestClient } from '../../test/support/client.js';
import { cpuByRole, type PathProcess, type Role } from '../path/processes.js';
import type { Callers } from './callers.js';
import type { OverloadModel } from './models.js';

/** Duration of an offered load. */
export const seconds = 60;

/** gRPC deadline of all calls. */
const timeoutMs = 10_000;

/** Rate of the calls of ServerLive. */
const livePerSecond = 20;

/** CPU time that the processes of each role used per second, in ms. */
type CpuUse = ReadonlyMap<Role, number>;

/** Answers with 16 queries in flight, all within their objectives. */
interface Capacity {
  readonly answersPerSecond: number;
  readonly cpu: CpuUse;
}

export interface Offered {
  /** The mean of directly before and after the load. */
  readonly capacity: Capacity;
  readonly load: LoadReport;
  readonly cpu: CpuUse;
  /** Calls of ServerLive on another connection in the meantime. */
  readonly live: LoadReport;
}

export interface Subject {
  readonly model: OverloadModel;
  /**
   * Sends queries with these latency objectives, each equally often, and measures the capacity again, which changes on a
   * shared machine.
   */
  offer(processAt: (capacity: number) => ArrivalProcess, latenciesMs: readonly number[]): Promise<Offered>;
}

/** The cluster that a subject is measured on, and its client. */
export interface Measurement {
  readonly client: TestClient;
  readonly callers: Callers;
  /** Returns the processes of the cluster and of its client that run now. */
  readonly processes: () => readonly PathProcess[];
}

/** Registers a model, and resolves when all workers have loaded it. */
export async function createSubject(measurement: Measurement, model: OverloadModel): Promise<Subject> {
  const { client, callers } = measurement;
  const infer = callers.infer.slice(0, model.routers);
  const inputs = await model.register(client);
  const encode = (latencyMs: number): readonly Payload[] =>
    inputs.map((input) => {
      const parameters = Object.entries({ latency_ms: latencyMs });
      return { body: encodeInferRequest({ modelName: model.name, parameters, inputs: [input] }), label: undefined };
    });
  const patient = encode(10_000);
  await waitFor(
    `${model.name} to be loaded by all workers`,
    async () => {
      for (const call of infer) await call(patient[0]?.body ?? Buffer.alloc(0));
      return (await isOnAllWorkers(client, `${model.name}:original`)) || undefined;
    },
    60_000,
  );
  const measureCapacity = async (): Promise<Capacity> => {
    const [{ answersPerSecond, sent, statuses }, cpu] = await withCpu(measurement, () =>
      runLoad({
        ...{ clock: systemClock, rng: createSeededRng(1), timeoutMs, callers: infer },
        ...{ loop: { kind: 'closed', inFlight: 16, durationMs: 4_000 }, warmUpMs: 1_500 },
        classes: [{ name: 'capacity', objectiveMs: timeoutMs, payloads: patient }],
      }),
    );
    if (statuses['ok'] !== sent) throw new Error(`the capacity is unknown: ${JSON.stringify(statuses)}`);
    return { answersPerSecond, cpu };
  };
  // The first run is slower, and is not used: the processes compile their code, and the router observes the model's pace.
  await measureCapacity();
  let before = await measureCapacity();
  return {
    model,
    async offer(processAt, latenciesMs) {
      const rng = createSeededRng(1);
      const mix = latenciesMs.map((latencyMs) => ({ name: `${latencyMs} ms`, latencyMs, weight: 1 }));
      const { arrivalsMs, classIndexes } = planQueries(
        planArrivals(processAt(before.answersPerSecond), seconds * 1000, rng),
        mix,
        rng,
      );
      using clock = createPreciseClock();
      const [[load, cpu], live] = await Promise.all([
        withCpu(measurement, () =>
          runLoad({
            ...{ clock, rng, timeoutMs, callers: infer },
            ...{ loop: { kind: 'open', arrivals: arrivalsMs }, classIndexes },
            classes: mix.map(({ name, latencyMs }) => ({ name, objectiveMs: latencyMs, payloads: encode(latencyMs) })),
          }),
        ),
        runLoad({
          ...{ clock: systemClock, rng: createSeededRng(1), timeoutMs, callers: [callers.live] },
          loop: {
            kind: 'open',
            arrivals: planArrivals({ kind: 'constant', ratePerSecond: livePerSecond }, seconds * 1000, rng),
          },
          classes: [{ name: 'live', objectiveMs: 1_000, payloads: [{ body: Buffer.alloc(0), label: undefined }] }],
        }),
      ]);
      // The queries of the load have no share of the capacity any more.
      await systemClock.sleep(milliseconds(2_000));
      const after = await measureCapacity();
      const capacity = meanOf(before, after);
      before = after;
      return { capacity, load, cpu, live };
    },
  };
}

/** Runs a load. Returns its report, and the CPU time that it used per second. */
async function withCpu<T>({ processes }: Measurement, run: () => Promise<T>): Promise<readonly [T, CpuUse]> {
  const [before, fromMs] = [cpuByRole(processes()), systemClock.now()];
  const report = await run();
  const perMs = 1000 / (systemClock.now() - fromMs);
  const used = Array.from(
    cpuByRole(processes()),
    ([role, ms]) => [role, perMs * (ms - (before.get(role) ?? 0))] as const,
  );
  return [report, new Map(used)];
}

const meanOf = (a: Capacity, b: Capacity): Capacity => ({
  answersPerSecond: (a.answersPerSecond + b.answersPerSecond) / 2,
  cpu: new Map(Array.from(a.cpu, ([role, ms]) => [role, (ms + (b.cpu.get(role) ?? 0)) / 2])),
});

async function isOnAllWorkers(client: TestClient, wanted: string): Promise<boolean> {
  const { workers } = await client.fleet.listWorkers({});
  return workers.every(({ replicas }) =>
    replicas.some(({ variant, state }) => variant === wanted && state === 'READY'),
  );
}
