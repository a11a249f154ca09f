// The plan of one window as an integer program: the README states it.

import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';
import type { SimulatedClass, SimulatedWorkers } from '../../../scenario/fleet.js';
import type { ClairvoyantInput, StreamDemand } from '../demand/count-demand.js';
import { plannedSlotMs } from '../demand/slot-time.js';
import type { FeasibleParams } from './params.js';

/** A variant on workers that are alike. */
export interface Option {
  readonly variant: string;
  /** Index of the workers in the fleet. */
  readonly workers: number;
  readonly memoryMib: number;
  readonly loadMs: number;
  /** Indices of the streams whose objectives it meets. */
  readonly streams: readonly number[];
  /** Slot time per query in ms: that of the stream whose objective allows the smallest batches, since the streams share batches. */
  readonly slotMs: number;
}

/** Returns the options that serve at least one of the streams. */
export function listOptions({ registry, fleet, demand }: ClairvoyantInput, latencyShare: number): readonly Option[] {
  return fleet.workers.flatMap(({ hardwareClass }, workers) =>
    registry.variants.flatMap(({ name: variant, task, accuracy, profiles }): readonly Option[] => {
      const profile = profiles.find((one) => one.hardwareClass === hardwareClass);
      if (profile === undefined) return [];
      const { memoryMib, loadMs, points } = profile;
      const served = demand.streams.flatMap((stream, index) => {
        const slotMs = plannedSlotMs({ accuracy, points }, stream.objective, latencyShare);
        return stream.task === task && slotMs !== undefined ? [{ index, slotMs }] : [];
      });
      if (served.length === 0) return [];
      const slotMs = Math.max(...served.map((one) => one.slotMs));
      return [{ variant, workers, memoryMib, loadMs, streams: served.map(({ index }) => index), slotMs }];
    }),
  );
}

export interface WindowProgram {
  readonly program: Program;
  /** Columns of each option. */
  readonly optionColumns: readonly {
    /** Column of the number of replicas. */
    readonly replicas: number;
    /** Columns of the slots that they keep busy for each stream. */
    readonly busySlots: readonly number[];
  }[];
}

export interface WindowState {
  /** Queries per second of each stream. */
  readonly rates: readonly number[];
  /** Number of replicas of each option in the window before. */
  readonly before: readonly number[];
  /** Length of the window. */
  readonly windowMs: number;
}

/** Formulates the replicas of a window, which minimise the cost in USD per hour. */
export function formulateWindow(
  { fleet }: Pick<ClairvoyantInput, 'fleet'>,
  options: readonly Option[],
  { rates, before, windowMs }: WindowState,
  { utilisation, missFactor }: FeasibleParams,
): WindowProgram {
  const columns: ProgramColumn[] = [];
  const rows: ProgramRow[] = [];
  const add = (column: ProgramColumn): number => columns.push(column) - 1;
  const prices = fleet.workers.map((workers) => slotPrice(fleet.classes, workers));
  const missUsd = missFactor * Math.max(0, ...fleet.workers.map(({ slots }, index) => slots * (prices[index] ?? 0)));

  const used = fleet.workers.map(({ count, slots }, index) =>
    add({ cost: slots * (prices[index] ?? 0), upper: count, isInteger: true }),
  );
  const slotRows = fleet.workers.map(({ slots }, index) => startRow(used[index], -slots * utilisation));
  const memoryRows = fleet.workers.map(({ memoryMib }, index) => startRow(used[index], -memoryMib));
  const demandRows = rates.map((rate) => (rate > 0 ? startRow(add({ cost: missUsd }), 1) : undefined));
  const optionColumns = options.map(({ workers, memoryMib, loadMs, streams, slotMs }, index) => {
    const replicas = add({ cost: 0, isInteger: true });
    const busySlots: number[] = [];
    const loads = add({ cost: ((prices[workers] ?? 0) * loadMs) / windowMs });
    rows.push({ upper: before[index] ?? 0, columns: [replicas, loads], coefficients: [1, -1] });
    extend(memoryRows[workers], replicas, memoryMib);
    // A replica runs one batch at a time.
    const replicaRow = startRow(replicas, -utilisation);
    for (const stream of streams) {
      const demandRow = demandRows[stream];
      if (demandRow === undefined) continue;
      const busy = add({ cost: 0 });
      busySlots.push(busy);
      extend(demandRow, busy, 1000 / slotMs);
      extend(replicaRow, busy, 1);
      extend(slotRows[workers], busy, 1);
    }
    rows.push({ upper: 0, ...replicaRow });
    return { replicas, busySlots };
  });
  for (const row of [...slotRows, ...memoryRows]) rows.push({ upper: 0, ...row });
  for (const [stream, row] of demandRows.entries())
    if (row !== undefined) rows.push({ lower: rates[stream] ?? 0, ...row });
  return { program: { columns, rows }, optionColumns };
}

interface OpenRow {
  readonly columns: number[];
  readonly coefficients: number[];
}

const startRow = (column: number | undefined, coefficient: number): OpenRow => ({
  columns: column === undefined ? [] : [column],
  coefficients: column === undefined ? [] : [coefficient],
});

function extend(row: OpenRow | undefined, column: number, coefficient: number): void {
  row?.columns.push(column);
  row?.coefficients.push(coefficient);
}

/** Returns the price of a slot of the workers in USD per hour. 0 if the fleet does not list their class. */
const slotPrice = (classes: readonly SimulatedClass[], { hardwareClass }: SimulatedWorkers): number =>
  classes.find(({ name }) => name === hardwareClass)?.usdPerSlotHour ?? 0;

/**
 * Returns the rates that a plan of `size` windows serves: for each stream, the largest rate of one of them.
 */
export const peakRates = (streams: readonly StreamDemand[], windowMs: number, from: number, size: number): number[] =>
  streams.map(({ counts }) => (1000 / windowMs) * Math.max(0, ...counts.slice(from, from + size)));
