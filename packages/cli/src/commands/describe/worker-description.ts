// Formats the description of a worker: its address, hardware and replicas.

import { formatBytes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatTable, indent, type Column } from '@pareto/report';
import { formatMs, formatUsd } from '../../terminal/format.js';
import type { Paint } from '../../terminal/terminal.js';
import { busySlots, formatBar, percent, workerState } from '../../dashboard/load-tables.js';
import { slotsOf } from '../../dashboard/busy-shares.js';
import { reasonColumns } from '../../objects/placement-tables.js';

export function formatWorker(worker: wire.Worker, paint: Paint, width: number): string {
  const facts = [
    ['state', workerState(worker, paint)],
    ['address', worker.address],
    ...worker.slotGroups.map((group) => ['hardware', hardwareOf(group)] as const),
    ['slots', `${busySlots(worker)} of ${slotsOf(worker)} run a batch`],
    ['memory', memoryOf(worker)],
    ['price', `${formatUsd(worker.usdPerHour)} per hour`],
    ...(worker.measuring === ''
      ? []
      : [['step', [worker.measuring, worker.progress].filter(Boolean).join(': ')] as const]),
  ] as const;
  const head = [
    `worker ${worker.workerId}`,
    ...facts.flatMap(([name, text]) => indent(`${name.padEnd(8)} ${text}`, width)),
  ].join('\n');
  const tables = worker.replicas.length === 0 ? ['no replicas'] : formatReplicas(worker.replicas, width);
  return [head, ...tables].join('\n\n');
}

const hardwareOf = ({ slots, hardwareClass, driver, deviceMemoryBytes }: wire.SlotGroup): string =>
  [
    `${slots} × ${hardwareClass?.id ?? 'unknown'}`,
    ...(driver === '' ? [] : [`driver ${driver}`]),
    ...(deviceMemoryBytes === 0 ? [] : [`${formatBytes(deviceMemoryBytes)} of its own memory`]),
  ].join(', ');

function memoryOf({ memoryUsedBytes: used, memoryBytes: all, replicas }: wire.Worker): string {
  if (used === 0 && replicas.length > 0) return `unknown, of ${formatBytes(all)}`;
  const share = all === 0 ? 0 : used / all;
  return `${formatBar(share)} ${percent(share)}, ${formatBytes(used)} of ${formatBytes(all)}`;
}

const nameColumns: readonly Column<wire.ReplicaReport>[] = [
  { title: 'REPLICA', cell: ({ replicaId }) => replicaId },
  { title: 'VARIANT', cell: ({ variant }) => variant },
];

/** Formats a table of the load of replicas, and one of the reasons for which they are there. */
const formatReplicas = (replicas: readonly wire.ReplicaReport[], width: number): readonly string[] => [
  formatTable<wire.ReplicaReport>(
    [
      ...nameColumns,
      { title: 'STATE', cell: ({ state }) => state.toLowerCase() },
      { title: 'QUEUED', align: 'right', drop: 4, cell: ({ queuedItems }) => String(queuedItems) },
      { title: 'RUNNING', align: 'right', drop: 5, cell: ({ runningItems }) => String(runningItems) },
      { title: 'ANSWERED', align: 'right', drop: 1, cell: ({ requests }) => String(requests) },
      { title: 'PER BATCH', align: 'right', drop: 6, cell: ({ items, executions }) => perBatch(items, executions) },
      { title: 'FAILED', align: 'right', drop: 2, cell: ({ failures }) => String(failures) },
      { title: 'MEMORY', align: 'right', drop: 3, cell: ({ memoryBytes }) => formatBytes(memoryBytes) },
      { title: 'LOADED IN', align: 'right', drop: 7, cell: ({ loadMs }) => formatMs(loadMs) },
      { title: 'ERROR', text: true, optional: true, cell: ({ reason }) => reason },
    ],
    replicas,
    { width },
  ),
  formatTable([...nameColumns, ...reasonColumns], replicas, { width }),
];

const perBatch = (items: number, executions: number): string =>
  executions === 0 ? '-' : (items / executions).toFixed(1);
