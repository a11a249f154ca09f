// The CPU time of queries, measured with other queries than those of the loads.

import { createSeededRng, milliseconds, percentile, systemClock } from '@pareto/core';
import type { LoadReport } from '@pareto/loadgen';
import type { FrontParams } from '@pareto/simulator';
import { planArrivals } from '@pareto/workload';
import { cpuByRole, type Role } from '../path/processes.js';
import type { Load } from './loads.js';
import type { RealCluster, ServedTask } from './real-cluster.js';

/** CPU time of the processes for a query of a task. */
export interface QueryCpu {
  readonly router: FrontParams;
  readonly front: FrontParams;
  readonly clientUs: number;
  /** Part of a run of one query that is not CPU time of the executor. */
  readonly runWaitUs: number;
  /** CPU time in addition for a message that finds a process without work. */
  readonly wakeUs: number;
}

export interface MeasuredTask extends QueryCpu {
  /** Answers per second while all workers are busy. */
  readonly capacity: number;
}

export interface ProfiledTask {
  readonly served: ServedTask;
  /** Profiled median of a run of one query. */
  readonly medianUs: number;
}

/** Cores that the processes of each role use. */
export type CpuUse = ReadonlyMap<Role, number>;

/** Queries are measured in parts of this duration, of which the median counts, so that other work on the machine disturbs few of them. */
const partMs = 1_500;
const parts = 5;
/** Queries of the first half a minute take up to twice the CPU time, because the processes compile their code. */
export const compilingMs = 30_000;
const idleMs = milliseconds(3_000);
/** Objective that no model meets, so that the router rejects the query when it has received it. */
const infeasibleMs = 0.5;

/** Processes that are woken by a query alone, each with the number of messages that wake it. */
const waking = [
  ['client', 1],
  ['router', 2],
  ['worker front', 2],
] as const;

/** Measures the cores that the processes use while `act` runs. */
export async function measureUse<T>({ processes }: RealCluster, act: () => Promise<T>): Promise<readonly [T, CpuUse]> {
  const [before, fromMs] = [cpuByRole(processes()), systemClock.now()];
  const result = await act();
  const tookMs = systemClock.now() - fromMs;
  const used = Array.from(
    cpuByRole(processes()),
    ([role, ms]) => [role, (ms - (before.get(role) ?? 0)) / tookMs] as const,
  );
  return [result, new Map(used)];
}

/** Returns the cores that the cluster and its client use without queries. */
export async function measureIdle(cluster: RealCluster): Promise<CpuUse> {
  const [, use] = await measureUse(cluster, () => systemClock.sleep(idleMs));
  return use;
}

/**
 * Measures the CPU time of a query that is answered while all workers are busy, and of one that a router rejects when it has received it. What
 * an answer takes beyond a rejection is counted for the answer. A front, which rejects few queries, is assumed to need half for each. Queries
 * one after another show how much of a run is CPU time of its executor, and what it takes to wake processes: each message wakes one.
 */
export async function measureTask(
  cluster: RealCluster,
  { served, medianUs }: ProfiledTask,
  idle: CpuUse,
): Promise<MeasuredTask> {
  await cluster.saturate(served, compilingMs);
  const answered = await measureParts(cluster, () => cluster.saturate(served, partMs));
  const alone = await measureParts(cluster, () => cluster.callOneByOne(served, partMs));
  const capacity = medianOf(answered, ([{ answersPerSecond }]) => answersPerSecond);
  const process = { kind: 'poisson', ratePerSecond: capacity } as const;
  const arrivalsMs = planArrivals(process, partMs, createSeededRng(2));
  const infeasible: Load = {
    ...{
      name: 'infeasible',
      durationMs: partMs,
      streams: [{ task: served.task, latencyMs: infeasibleMs, arrivalsMs }],
    },
  };
  const rejected = await measureParts(cluster, () => cluster.offer(infeasible));
  if (rejected.some(([{ statuses }]) => (statuses['ok'] ?? 0) > 0))
    throw new Error('a query was answered whose objective no model can meet');
  const usOf = (measured: readonly Part[], role: Role): number =>
    medianOf(measured, ([{ durationMs, sent }, use]) => {
      const cores = Math.max(0, (use.get(role) ?? 0) - (idle.get(role) ?? 0));
      return (1_000 * durationMs * cores) / sent;
    });
  const [receiveUs, halfUs] = [usOf(rejected, 'router'), usOf(answered, 'worker front') / 2];
  const messagesUs = (measured: readonly Part[]): number =>
    waking.reduce((sum, [role]) => sum + usOf(measured, role), 0);
  const wakes = waking.reduce((sum, [, messages]) => sum + messages, 0);
  return {
    capacity,
    wakeUs: Math.max(0, messagesUs(alone) - messagesUs(answered)) / wakes,
    router: { receiveUs, answerUs: Math.max(0, usOf(answered, 'router') - receiveUs), rejectUs: 0 },
    front: { receiveUs: halfUs, answerUs: halfUs, rejectUs: halfUs },
    clientUs: usOf(answered, 'client'),
    runWaitUs: Math.max(0, medianUs - usOf(alone, 'executors')),
  };
}

type Part = readonly [LoadReport, CpuUse];

async function measureParts(cluster: RealCluster, send: () => Promise<LoadReport>): Promise<readonly Part[]> {
  const measured: Part[] = [];
  for (let part = 0; part < parts; part++) measured.push(await measureUse(cluster, send));
  return measured;
}

const medianOf = (measured: readonly Part[], value: (part: Part) => number): number =>
  percentile(
    measured.map(value).toSorted((a, b) => a - b),
    0.5,
  );

/** Returns the mean of tasks, weighted by their numbers of queries. */
export function meanCpu(parts: readonly (readonly [cpu: QueryCpu, queries: number])[]): QueryCpu {
  const total = parts.reduce((sum, [, queries]) => sum + queries, 0);
  const of = (value: (cpu: QueryCpu) => number): number =>
    parts.reduce((sum, [cpu, queries]) => sum + value(cpu) * queries, 0) / total;
  const front = (kind: 'router' | 'front'): FrontParams => ({
    receiveUs: of((cpu) => cpu[kind].receiveUs),
    answerUs: of((cpu) => cpu[kind].answerUs),
    rejectUs: of((cpu) => cpu[kind].rejectUs),
  });
  return {
    ...{ router: front('router'), front: front('front') },
    ...{ clientUs: of(({ clientUs }) => clientUs), runWaitUs: of(({ runWaitUs }) => runWaitUs) },
    wakeUs: of(({ wakeUs }) => wakeUs),
  };
}
