// What the workers observe over the last second: rates, latencies and the time that slots were busy.

import type { WorkerId } from '@pareto/core';
import type { InfaasVariant } from './infaas-variant.js';
import type { InfaasParams } from './params.js';

/** Sums over the period of the monitor. */
interface Observed {
  readonly queries: number;
  readonly answers: number;
  readonly batches: number;
  readonly latencyMs: number;
  readonly busyMs: number;
}

export interface Monitor {
  /** Adds to the sums of a variant on a worker. */
  add(variant: InfaasVariant, worker: WorkerId, added: Partial<Observed>): void;
  of(variant: InfaasVariant, worker: WorkerId): Observed;
  /** Returns the time that the slots of a worker were busy. */
  busyMs(worker: WorkerId): number;
  /** Starts the next tick, and leaves out what is older than the period. */
  tick(): void;
}

const nothing: Observed = { queries: 0, answers: 0, batches: 0, latencyMs: 0, busyMs: 0 };

export function createMonitor({ monitorMs, tickMs }: Pick<InfaasParams, 'monitorMs' | 'tickMs'>): Monitor {
  const length = Math.max(1, Math.round(monitorMs / tickMs));
  /** Sums of each tick, the latest first, by worker, and by variant and worker. */
  let ticks: readonly Map<string, Observed>[] = [new Map()];
  const keyOf = ({ name }: InfaasVariant, worker: WorkerId): string => `${name} ${worker}`;
  const sumOf = (key: string): Observed => ticks.map((one) => one.get(key) ?? nothing).reduce(sum, nothing);
  return {
    add(variant, worker, added) {
      const [latest] = ticks;
      for (const key of [worker, keyOf(variant, worker)])
        latest?.set(key, sum(latest.get(key) ?? nothing, { ...nothing, ...added }));
    },
    of: (variant, worker) => sumOf(keyOf(variant, worker)),
    busyMs: (worker) => sumOf(worker).busyMs,
    tick() {
      ticks = [new Map<string, Observed>(), ...ticks].slice(0, length);
    },
  };
}

const sum = (a: Observed, b: Observed): Observed => ({
  queries: a.queries + b.queries,
  answers: a.answers + b.answers,
  batches: a.batches + b.batches,
  latencyMs: a.latencyMs + b.latencyMs,
  busyMs: a.busyMs + b.busyMs,
});
