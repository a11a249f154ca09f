// The kinds of `pareto get` for processes and replicas: workers, replicas, routers and controllers.

import { formatBytes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { listRouters, type ConnectedRouter } from '../connection/list-routers.js';
import { listReplicas, reasonColumns, type ReplicaRow } from '../objects/placement-tables.js';
import { formatMs, formatUsd } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';
import { busySlots, formatCurrentStep, workerState } from '../dashboard/load-tables.js';
import { slotsOf } from '../dashboard/busy-shares.js';
import { createKind, type Kind, type Query } from './kind.js';

const overview = ({ clients, signal }: Query): Promise<wire.OverviewResponse> => clients.fleet.overview({}, { signal });

const noWorkers = "no worker has joined: 'pareto up' starts two";

const classesOf = ({ slotGroups }: wire.Worker): string =>
  slotGroups.map(({ slots, hardwareClass }) => `${slots} × ${hardwareClass?.id ?? 'unknown'}`).join(', ');

/** The used memory is unknown for a disconnected worker, and to a controller on standby. */
const memoryOf = ({ memoryUsedBytes, memoryBytes, replicas }: wire.Worker): string =>
  `${memoryUsedBytes === 0 && replicas.length > 0 ? '?' : formatBytes(memoryUsedBytes)} of ${formatBytes(memoryBytes)}`;

export const workers: Kind = createKind<wire.Worker>({
  name: 'workers',
  aliases: ['worker', 'w', 'nodes', 'node'],
  summary: 'processes that run models: slots, memory, current step',
  none: noWorkers,
  list: async (query) => (await overview(query)).workers,
  nameOf: ({ workerId }) => workerId,
  columns: (paint) => [
    { title: 'NAME', cell: ({ workerId }) => workerId },
    { title: 'STATE', cell: (worker) => workerState(worker, paint) },
    { title: 'SLOTS', align: 'right', cell: (worker) => `${busySlots(worker)}/${slotsOf(worker)}` },
    { title: 'MEMORY', align: 'right', drop: 1, cell: memoryOf },
    { title: 'USD/H', align: 'right', drop: 2, cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
    { title: 'ADDRESS', wide: true, cell: ({ address }) => address },
    { title: 'HARDWARE', wide: true, cell: classesOf },
    { title: 'CURRENT STEP', text: true, cell: formatCurrentStep },
    { title: 'REPLICAS', wide: true, cell: ({ replicas }) => replicas.map(({ variant }) => variant).join(', ') },
  ],
});

export const replicas: Kind = createKind<ReplicaRow>({
  name: 'replicas',
  aliases: ['replica', 'r', 'pods', 'pod'],
  summary: 'variants loaded on workers: state, queue, counts, reason',
  none: "no replica is loaded: 'pareto get variants' lists the variants",
  async list(query) {
    const [{ workers: all }, { architectures }] = await Promise.all([
      overview(query),
      query.clients.registry.list({ task: query.task }, { signal: query.signal }),
    ]);
    const own = new Set(architectures.map(({ name }) => name));
    const isOwn = ({ variant }: ReplicaRow): boolean => query.task === '' || own.has(variant.split(':')[0] ?? '');
    return listReplicas(all)
      .filter(isOwn)
      .toSorted((a, b) => (a.variant < b.variant ? -1 : a.variant > b.variant ? 1 : 0));
  },
  nameOf: ({ replicaId }) => replicaId,
  columns: (paint) => [
    { title: 'NAME', cell: ({ replicaId }) => replicaId },
    { title: 'VARIANT', cell: ({ variant }) => variant },
    { title: 'WORKER', drop: 1, cell: ({ worker }) => worker },
    { title: 'STATE', cell: (replica) => replicaState(replica, paint) },
    { title: 'QUEUED', align: 'right', drop: 4, cell: ({ queuedItems }) => String(queuedItems) },
    { title: 'RUNNING', align: 'right', drop: 5, cell: ({ runningItems }) => String(runningItems) },
    { title: 'ANSWERED', align: 'right', drop: 3, cell: ({ requests }) => String(requests) },
    { title: 'FAILED', align: 'right', drop: 2, cell: ({ failures }) => String(failures) },
    { title: 'VERSION', align: 'right', wide: true, cell: ({ version }) => String(version) },
    { title: 'MEMORY', align: 'right', wide: true, cell: ({ memoryBytes }) => formatBytes(memoryBytes) },
    { title: 'LOADED IN', align: 'right', wide: true, cell: ({ loadMs }) => formatMs(loadMs) },
    { title: 'EXECUTOR DEATHS', align: 'right', wide: true, cell: ({ executorDeaths }) => String(executorDeaths) },
    { title: 'ERROR', text: true, optional: true, cell: ({ reason }) => reason },
    ...reasonColumns.map((column) => ({ ...column, wide: true })),
  ],
});

export const routers: Kind = createKind<ConnectedRouter>({
  name: 'routers',
  aliases: ['router'],
  summary: 'processes that clients connect to',
  none: 'no router is connected to a controller',
  list: async (query) => listRouters(query.clients, await overview(query), query.signal),
  nameOf: ({ routerId }) => routerId,
  columns: () => [
    { title: 'NAME', cell: ({ routerId }) => routerId },
    { title: 'ADDRESS', cell: ({ address }) => address },
    { title: 'CONTROLLER', cell: ({ controller }) => controller },
  ],
});

function replicaState({ state, interfered }: ReplicaRow, paint: Paint): string {
  if (interfered) return paint.yellow(`${state.toLowerCase()}, interfered`);
  return state === 'READY' ? paint.green('ready') : state.toLowerCase();
}

interface ControllerRow {
  readonly address: string;
  readonly role: 'leads' | 'stands by';
}

export const controllers: Kind = createKind<ControllerRow>({
  name: 'controllers',
  aliases: ['controller'],
  summary: 'the leader and the controllers on standby',
  none: 'no controller is running for election',
  async list(query) {
    const { leader, controllers: all } = await overview(query);
    return [...new Set(all)].map((address) => ({ address, role: address === leader ? 'leads' : 'stands by' }));
  },
  nameOf: ({ address }) => address,
  columns: () => [
    { title: 'NAME', cell: ({ address }) => address },
    { title: 'ROLE', cell: ({ role }) => role },
  ],
});
