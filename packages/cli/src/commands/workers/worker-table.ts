// Table of workers.

import { formatBytes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatTable } from '@pareto/report';
import { formatUsd } from '../../terminal/format.js';

function stateOf(worker: wire.Worker): string {
  if (!worker.connected) return 'disconnected';
  if (worker.measuring !== '') return `${worker.measuring}: ${worker.progress === '' ? 'measuring' : worker.progress}`;
  return worker.draining ? 'draining' : 'ready';
}

const slotsOf = (worker: wire.Worker): string =>
  worker.slotGroups.map(({ slots, hardwareClass }) => `${slots} × ${hardwareClass?.id ?? 'unknown'}`).join(', ');

const replicasOf = (worker: wire.Worker): string =>
  worker.replicas
    .map(({ variant, state }) => (state === 'READY' ? variant : `${variant} (${state.toLowerCase()})`))
    .join(', ');

/** The used memory is unknown for a disconnected worker, and to a controller on standby. */
const memoryOf = ({ memoryUsedBytes, memoryBytes, replicas }: wire.Worker): string =>
  `${memoryUsedBytes === 0 && replicas.length > 0 ? '?' : formatBytes(memoryUsedBytes)} of ${formatBytes(memoryBytes)}`;

export const formatWorkers = (workers: readonly wire.Worker[], width: number): string =>
  formatTable<wire.Worker>(
    [
      { title: 'WORKER', cell: ({ workerId }) => workerId },
      { title: 'STATE', text: true, cell: stateOf },
      { title: 'ADDRESS', drop: 1, cell: ({ address }) => address },
      { title: 'SLOTS', drop: 3, cell: slotsOf },
      { title: 'MEMORY', align: 'right', drop: 2, cell: memoryOf },
      { title: 'USD/H', align: 'right', drop: 4, cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
      { title: 'REPLICAS', text: true, cell: replicasOf },
    ],
    workers,
    { width },
  );
