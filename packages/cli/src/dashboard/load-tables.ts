// Columns of the tables of tasks and workers under load. The controller computes the values, in `api/task-loads.ts` and
// `api/fleet-service.ts`.

import { formatBytes } from '@pareto/core';
import type { Column } from '@pareto/report';
import type { wire } from '@pareto/protocol';
import { formatMs, formatUsd } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';
import { slotsOf } from './busy-shares.js';

export const sortKeys = ['rate', 'p99', 'attainment', 'cost', 'name'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Sorts by descending value, or ascending for attainment. Ties are sorted by name. */
export function sortTasks(tasks: readonly wire.TaskLoad[], key: SortKey): readonly wire.TaskLoad[] {
  const measure: Readonly<Record<SortKey, (task: wire.TaskLoad) => number>> = {
    rate: (task) => -task.requestsPerSecond,
    p99: (task) => -(task.p99Ms ?? 0),
    attainment: (task) => task.attainment ?? 2,
    cost: (task) => -task.usdPerHour,
    name: () => 0,
  };
  return tasks.toSorted((a, b) => measure[key](a) - measure[key](b) || (a.task < b.task ? -1 : 1));
}

export const perSecond = (rate: number): string => (rate === 0 ? '0' : rate.toFixed(rate < 100 ? 1 : 0));

/** Formats a share with one decimal, or without below 10 % and at 100 %. */
export const percent = (share: number): string => `${(share * 100).toFixed(share >= 0.9995 || share < 0.1 ? 0 : 1)} %`;

export const milliseconds = (ms: number | undefined): string => (ms === undefined ? '-' : formatMs(ms));

const goodShare = 0.99;
const poorShare = 0.9;

export function formatAttainment({ attainment }: wire.TaskLoad, paint: Paint): string {
  if (attainment === undefined) return '-';
  const text = percent(attainment);
  return attainment >= goodShare ? paint.green(text) : attainment >= poorShare ? paint.yellow(text) : paint.red(text);
}

/** Returns the shares of the serving variants, e.g. `mlp:int8 82 %, cnn:fp16 18 %`, or else the ready variants. */
function formatShares({ itemsPerSecondByVariant, variantsReady }: wire.TaskLoad, paint: Paint): string {
  const shares = Object.entries(itemsPerSecondByVariant).toSorted(([, a], [, b]) => b - a);
  const total = shares.reduce((sum, [, items]) => sum + items, 0);
  if (total > 0) return shares.map(([variant, items]) => `${variant} ${percent(items / total)}`).join(', ');
  return paint.dim(variantsReady.length === 0 ? 'no replica is ready' : `ready: ${variantsReady.join(', ')}`);
}

export function taskColumns(sort: SortKey | undefined, paint: Paint): readonly Column<wire.TaskLoad>[] {
  const title = (text: string, key: SortKey): string => (key === sort ? `${text}▾` : text);
  const rate = (value: number): string => (value > 0 ? paint.red(perSecond(value)) : '0');
  return [
    { title: title('TASK', 'name'), cell: ({ task }) => task },
    { title: title('REQ/S', 'rate'), align: 'right', cell: (task) => perSecond(task.requestsPerSecond) },
    { title: 'P50', align: 'right', drop: 2, cell: ({ p50Ms }) => milliseconds(p50Ms) },
    { title: title('P99', 'p99'), align: 'right', cell: ({ p99Ms }) => milliseconds(p99Ms) },
    { title: title('ATTAINMENT', 'attainment'), align: 'right', cell: (task) => formatAttainment(task, paint) },
    { title: 'LATE/S', align: 'right', drop: 6, cell: ({ violationsPerSecond }) => rate(violationsPerSecond) },
    { title: 'REFUSED/S', align: 'right', drop: 4, cell: ({ refusedPerSecond }) => rate(refusedPerSecond) },
    { title: 'FAILED/S', align: 'right', drop: 5, cell: ({ failedPerSecond }) => rate(failedPerSecond) },
    { title: 'HELD', align: 'right', drop: 7, cell: ({ held }) => (held > 0 ? paint.yellow(String(held)) : '0') },
    { title: title('USD/H', 'cost'), align: 'right', drop: 3, cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
    { title: 'VARIANT', text: true, drop: 1, cell: (task) => formatShares(task, paint) },
  ];
}

const barWidth = 10;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** Draws a bar of ten characters, with a resolution of an eighth of a character. */
export function formatBar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth * 8);
  return `${'█'.repeat(filled >> 3)}${eighths[filled & 7] ?? ''}`.padEnd(barWidth, '·');
}

/** Returns the number of slots on which a batch runs. */
export const busySlots = (worker: wire.Worker): number =>
  Math.min(slotsOf(worker), worker.replicas.filter(({ runningItems }) => runningItems > 0).length);

const queueOf = ({ replicas }: wire.Worker): number => replicas.reduce((sum, { queuedItems }) => sum + queuedItems, 0);

/** The used memory is unknown for a disconnected worker, and to a controller on standby. */
const isMemoryKnown = ({ memoryUsedBytes, replicas }: wire.Worker): boolean =>
  memoryUsedBytes > 0 || replicas.length === 0;

function formatMemory(worker: wire.Worker): string {
  const { memoryUsedBytes: used, memoryBytes: all } = worker;
  if (!isMemoryKnown(worker)) return `${' '.repeat(barWidth)} ? of ${formatBytes(all)}`;
  return `${formatBar(all === 0 ? 0 : used / all)} ${formatBytes(used)} of ${formatBytes(all)}`;
}

export function workerState({ connected, awaited, departed, draining }: wire.Worker, paint: Paint): string {
  if (departed) return paint.dim('stopped');
  if (awaited) return paint.yellow('reconnecting');
  if (!connected) return paint.red('disconnected');
  return draining ? paint.yellow('draining') : paint.green('ready');
}

/** Formats the current step, or else the number of ready replicas, those that are Interfered and the states of the others. */
export function formatCurrentStep({ measuring, progress, replicas }: wire.Worker): string {
  if (measuring !== '') return `${measuring}: ${progress === '' ? 'measuring' : progress}`;
  const ready = replicas.filter(({ state }) => state === 'READY').length;
  const others = replicas
    .filter(({ state }) => state !== 'READY')
    .map(({ variant, state }) => `${variant} ${state.toLowerCase()}`);
  const interfered = replicas.filter((replica) => replica.interfered).map(({ variant }) => `${variant} interfered`);
  return [`${ready} ${ready === 1 ? 'replica' : 'replicas'} ready`, ...interfered, ...others].join(', ');
}

export function workerColumns(busy: ReadonlyMap<string, number>, paint: Paint): readonly Column<wire.Worker>[] {
  const busyText = (worker: wire.Worker): string => {
    const share = busy.get(worker.workerId);
    return share === undefined ? '-' : `${formatBar(share)} ${percent(share)}`;
  };
  return [
    { title: 'WORKER', cell: ({ workerId }) => workerId },
    { title: 'STATE', cell: (worker) => workerState(worker, paint) },
    { title: 'SLOTS', align: 'right', cell: (worker) => `${busySlots(worker)}/${slotsOf(worker)}` },
    { title: 'BUSY', drop: 4, cell: busyText },
    { title: 'MEMORY', drop: 2, cell: formatMemory },
    { title: 'QUEUE', align: 'right', cell: (worker) => String(queueOf(worker)) },
    { title: 'USD/H', align: 'right', drop: 3, cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
    { title: 'CURRENT STEP', text: true, drop: 1, cell: formatCurrentStep },
  ];
}
