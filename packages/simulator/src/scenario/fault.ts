// What goes wrong, or changes in the fleet, during a simulation.

import type { SimulatedWorkers } from './fleet.js';

/** A fault or a change at a time in ms from the first query on. `worker` is an id such as `w0`, see `SimulatedFleet`. */
export type Fault =
  /** The worker's process ends. Its queries are lost, and it does not return. */
  | { readonly kind: 'worker-fails'; readonly atMs: number; readonly worker: string }
  /** The worker's process hangs: it sends nothing, and its connections stay open. Its host is paid for until it ends or joins again. */
  | { readonly kind: 'worker-hangs'; readonly atMs: number; readonly worker: string }
  /** The worker drains: it stops once its replicas have been moved and its queries answered. */
  | { readonly kind: 'worker-leaves'; readonly atMs: number; readonly worker: string }
  /** A host is requested for a worker, which joins the fleet after `startMs` (0). The host is paid for from its request. */
  | {
      readonly kind: 'worker-joins';
      readonly atMs: number;
      /** Id of the worker: a new one, or that of a worker that has failed or left. */
      readonly worker: string;
      readonly of: Omit<SimulatedWorkers, 'count'>;
      readonly startMs?: number;
    }
  /** The executors of the worker's ready replicas die: of all, or of those of one variant. */
  | { readonly kind: 'executor-dies'; readonly atMs: number; readonly worker: string; readonly variant?: string }
  /** Batches that start until `untilMs` take `factor` times as long: on all workers, or on one. */
  | {
      readonly kind: 'slow-service';
      readonly atMs: number;
      readonly untilMs: number;
      readonly factor: number;
      readonly worker?: string;
    };

/** Returns when a fault takes effect: a worker joins once its host has started. */
export const effectAtMs = (fault: Fault): number =>
  fault.kind === 'worker-joins' ? fault.atMs + (fault.startMs ?? 0) : fault.atMs;
