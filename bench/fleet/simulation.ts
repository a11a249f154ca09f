// The simulated fleet as two processes, and their combined state.

import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';
import type { Observation } from './simulate.js';

export interface Simulation extends AsyncDisposable {
  /** Returns the combined state. Undefined until every process has reported. */
  observe(): Observation | undefined;
}

export interface SimulationOptions {
  readonly workers: number;
  readonly routers: number;
  readonly token: string;
  readonly controllers: readonly string[];
}

const simulate = fileURLToPath(new URL('simulate.ts', import.meta.url));
const processes = ['a', 'b'];

export function startSimulation({ workers, routers, token, controllers }: SimulationOptions): Simulation {
  const share = (count: number): string => String(count / processes.length);
  const children = processes.map((name) =>
    startChild(process.execPath, [
      ...['--import', 'tsx', simulate, name, share(workers), share(routers), token, ...controllers],
    ]),
  );
  return {
    observe() {
      const parts = children.map(({ output, running }) => {
        if (!running) throw new Error(`a process of the simulation exited: ${output.slice(-2_000)}`);
        return lastLine(output);
      });
      return parts.every((part) => part !== undefined) ? parts.reduce(add) : undefined;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child.stop(1_000)));
    },
  };
}

function lastLine(output: string): Observation | undefined {
  const end = output.lastIndexOf('\n');
  const start = output.lastIndexOf('\n', end - 1) + 1;
  return end > 0 ? (JSON.parse(output.slice(start, end)) as Observation) : undefined;
}

/** Combines the states of two processes. One router of each counts traffic, so the result is their mean. */
const add = (a: Observation, b: Observation): Observation => ({
  workers: a.workers + b.workers,
  routers: a.routers + b.routers,
  replicas: a.replicas + b.replicas,
  ready: a.ready + b.ready,
  minRows: Math.min(a.minRows, b.minRows),
  maxRows: Math.max(a.maxRows, b.maxRows),
  variants: Math.min(a.variants, b.variants),
  deltas: (a.deltas + b.deltas) / 2,
  deltaBytes: (a.deltaBytes + b.deltaBytes) / 2,
  snapshots: (a.snapshots + b.snapshots) / 2,
  snapshotBytes: (a.snapshotBytes + b.snapshotBytes) / 2,
});
