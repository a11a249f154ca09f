// The relaxed clairvoyant as a linear program: the README states it.

import { groupBy } from '@pareto/core';
import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';
import type { SimulatedFleet } from '../../../scenario/fleet.js';
import type { SimulatedRegistry } from '../../../scenario/registry.js';
import type { ClairvoyantInput, StreamDemand } from '../demand/count-demand.js';
import { leastSlotMs } from '../demand/slot-time.js';

export interface RelaxedProgram {
  /**
   * Minimises the cost, without the row of the attainment. The columns are slot time in seconds, at the price of its class for an hour, and missed
   * queries, at no price.
   */
  readonly program: Program;
  /** Columns of the missed queries. */
  readonly missed: readonly number[];
  /** Window of each column. */
  readonly windows: readonly number[];
  /** Number of queries. */
  readonly asked: number;
}

/** Unit of slot time in the program: a second, so that no number is far from 1. */
const unitMs = 1000;

/** Streams that every class serves in the same time: for the program, they are one. */
interface Group {
  /** Slot time per query in ms by the index of the class. */
  readonly slotMs: readonly (number | undefined)[];
  readonly counts: readonly number[];
}

export function formulateRelaxed({ registry, fleet, demand }: ClairvoyantInput): RelaxedProgram {
  const columns: ProgramColumn[] = [];
  const rows: ProgramRow[] = [];
  const missed: number[] = [];
  const windows: number[] = [];
  const groups = groupStreams(registry, fleet, demand.streams);
  const slots = fleet.classes.map(({ name }) => slotsOf(fleet, name));
  // Queries that arrive at the end of a window may be answered after it.
  const usableMs = demand.windowMs + Math.max(0, ...demand.streams.map(({ objective }) => objective.latencyMs));
  for (let window = 0; window < windowsOf(demand.streams); window++) {
    const add = (cost: number): number => {
      windows.push(window);
      return columns.push({ cost }) - 1;
    };
    const ofClass: number[][] = fleet.classes.map(() => []);
    for (const { slotMs, counts } of groups) {
      const asked = counts[window] ?? 0;
      if (asked === 0) continue;
      const missedHere = add(0);
      missed.push(missedHere);
      const row = { lower: asked, columns: [missedHere], coefficients: [1] };
      rows.push(row);
      for (const [index, { usdPerSlotHour }] of fleet.classes.entries()) {
        const timeMs = slotMs[index];
        if (timeMs === undefined) continue;
        const column = add(usdPerSlotHour);
        row.columns.push(column);
        row.coefficients.push(unitMs / timeMs);
        ofClass[index]?.push(column);
      }
    }
    for (const [index, list] of ofClass.entries())
      rows.push({ upper: ((slots[index] ?? 0) * usableMs) / unitMs, columns: list, coefficients: list.map(() => 1) });
  }
  const asked = demand.streams.reduce((sum, { counts }) => sum + total(counts), 0);
  return { program: { columns, rows }, missed, windows, asked };
}

function groupStreams(
  registry: SimulatedRegistry,
  fleet: SimulatedFleet,
  streams: readonly StreamDemand[],
): readonly Group[] {
  const timed = streams.map(({ task, objective, counts }) => ({
    slotMs: fleet.classes.map(({ name }) => leastOn(registry, name, task, objective)),
    counts,
  }));
  return [...groupBy(timed, ({ slotMs }) => slotMs.join(' ')).values()].map((same) => ({
    slotMs: same[0]?.slotMs ?? [],
    counts: (same[0]?.counts ?? []).map((_, window) => total(same.map(({ counts }) => counts[window] ?? 0))),
  }));
}

/** Returns the least slot time per query of the task's variants on a class. Undefined if none of them meets the objective there. */
function leastOn(
  { variants }: SimulatedRegistry,
  hardwareClass: string,
  task: string,
  objective: StreamDemand['objective'],
): number | undefined {
  const times = variants
    .filter((variant) => variant.task === task)
    .flatMap(({ accuracy, profiles }) =>
      profiles
        .filter((profile) => profile.hardwareClass === hardwareClass)
        .map(({ points }) => leastSlotMs({ accuracy, points }, objective) ?? Infinity),
    );
  const least = Math.min(Infinity, ...times);
  return least === Infinity ? undefined : least;
}

const slotsOf = ({ workers }: SimulatedFleet, name: string): number =>
  total(workers.filter(({ hardwareClass }) => hardwareClass === name).map(({ count, slots }) => count * slots));

const windowsOf = (streams: readonly StreamDemand[]): number =>
  Math.max(0, ...streams.map(({ counts }) => counts.length));

const total = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0);
