// Puts replicas onto workers, so that few workers are in use at any time.

import type { SimulatedFleet } from '../../../scenario/fleet.js';
import type { ReplicaSpan } from './replica-spans.js';

export interface TimedAssignment extends Omit<ReplicaSpan, 'option' | 'busySlots'> {
  readonly variant: string;
  /** Id of the worker, as in `SimulatedFleet`. */
  readonly worker: string;
}

export interface PackedSpans {
  /** Sorted by time of load. */
  readonly assignments: readonly TimedAssignment[];
  /** Replicas for which no worker had the memory. */
  readonly unplaced: readonly ReplicaSpan[];
  /** Workers with assignments, for each entry of the fleet. */
  readonly used: readonly number[];
}

interface PackedWorker {
  readonly id: string;
  readonly slots: number;
  readonly memoryMib: number;
  readonly spans: ReplicaSpan[];
}

/**
 * Packs the replicas in their order. Each gets the first worker that has the memory and, if there is one, enough slots at this
 * utilisation during its whole life. So the last workers are the first to become empty.
 */
export function packSpans(
  { workers }: Pick<SimulatedFleet, 'workers'>,
  spans: readonly ReplicaSpan[],
  utilisation: number,
): PackedSpans {
  const packed = listWorkers(workers);
  const assignments: TimedAssignment[] = [];
  const unplaced: ReplicaSpan[] = [];
  for (const span of spans) {
    const { option, loadAtMs, untilMs, busySlots } = span;
    const fitting = (packed[option.workers] ?? [])
      .filter((worker) => peak(worker, span, memoryOf) + option.memoryMib <= worker.memoryMib)
      .map((worker) => ({ worker, load: (peak(worker, span, busyOf) + busySlots) / worker.slots }));
    const chosen = fitting.find(({ load }) => load <= utilisation + tolerance) ?? fitting.sort(byLoad)[0];
    if (chosen === undefined) {
      unplaced.push(span);
      continue;
    }
    chosen.worker.spans.push(span);
    assignments.push({ loadAtMs, untilMs, variant: option.variant, worker: chosen.worker.id });
  }
  const used = packed.map((workers) => workers.filter((worker) => worker.spans.length > 0).length);
  return { assignments, unplaced, used };
}

/** The solver's tolerance of a row. */
const tolerance = 1e-6;
const memoryOf = ({ option }: ReplicaSpan): number => option.memoryMib;
const busyOf = ({ busySlots }: ReplicaSpan): number => busySlots;
const byLoad = (one: { readonly load: number }, other: { readonly load: number }): number => one.load - other.load;

/** Returns the workers by index of the fleet's entry. */
function listWorkers(entries: SimulatedFleet['workers']): readonly (readonly PackedWorker[])[] {
  let next = 0;
  return entries.map(({ count, slots, memoryMib }) =>
    Array.from({ length: count }, () => ({ id: `w${next++}`, slots, memoryMib, spans: [] })),
  );
}

/** Returns the largest sum over the replicas of the worker that exist at one time during the span. */
function peak({ spans }: PackedWorker, during: ReplicaSpan, amount: (span: ReplicaSpan) => number): number {
  const overlapping = spans.filter(({ loadAtMs, untilMs }) => loadAtMs < during.untilMs && untilMs > during.loadAtMs);
  const begins = [during.loadAtMs, ...overlapping.map(({ loadAtMs }) => Math.max(loadAtMs, during.loadAtMs))];
  return Math.max(
    ...begins.map((at) =>
      overlapping
        .filter(({ loadAtMs, untilMs }) => loadAtMs <= at && untilMs > at)
        .reduce((sum, span) => sum + amount(span), 0),
    ),
  );
}
