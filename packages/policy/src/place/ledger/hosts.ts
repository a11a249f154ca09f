// The workers of a ledger at the start of a plan, without replicas.

import { oncePer, type HardwareClassId, type WorkerId } from '@pareto/core';
import type { PlacementParams, PlacementWorker } from '../../snapshot/snapshot.js';
import { mustLeave } from '../context/budget.js';
import type { Memory } from '../context/memory.js';
import { compareText } from '../context/options.js';
import type { Host, SlotGroup } from './entry.js';
import { createDevicePools, createPool, reserve, type MemoryPool } from './memory-pools.js';

export interface Hosts {
  /** Sorted by id. */
  readonly hosts: readonly Host[];
  readonly byId: ReadonlyMap<WorkerId, Host>;
  readonly groups: ReadonlyMap<HardwareClassId, readonly SlotGroup[]>;
}

type Params = Pick<PlacementParams, 'targetUtilisation' | 'loadsPerSlot'>;

export function createHosts(workers: readonly PlacementWorker[], memory: Memory, params: Params): Hosts {
  const hosts = sortedById(workers).map((worker, index) => createHost(worker, index, memory, params));
  const groups = new Map<HardwareClassId, SlotGroup[]>();
  for (const { groups: own } of hosts) {
    for (const [hardwareClass, group] of own) {
      const known = groups.get(hardwareClass);
      if (known === undefined) groups.set(hardwareClass, [group]);
      else known.push(group);
    }
  }
  return { hosts, byId: new Map(hosts.map((host) => [host.worker.info.id, host])), groups };
}

const sortedById = oncePer((workers: readonly PlacementWorker[]) =>
  workers.toSorted((a, b) => compareText(a.info.id, b.info.id)),
);

function createHost(worker: PlacementWorker, index: number, memory: Memory, params: Params): Host {
  const { info, making, measuring, presence, draining } = worker;
  const isOpen = presence === 'connected' && !draining;
  const pools = [createPool('memory', info.memoryBytes)] as const;
  const devices = createDevicePools(info);
  const order = memory.ofOrder(worker);
  reserve(pools, order);
  const used = new Set<MemoryPool>();
  for (const [{ hardwareClass }, pool] of devices) if (hardwareClass.provider === order.provider) used.add(pool);
  reserve(used, order);
  const groups = new Map<HardwareClassId, SlotGroup>();
  const host: Host = {
    worker,
    index,
    entries: [],
    groups,
    schedulable: isOpen && !mustLeave(worker),
    takesOrders: isOpen,
    pools,
    loads: 0,
    maxLoads: params.loadsPerSlot * info.slotGroups.reduce((sum, { slots }) => sum + slots, 0),
    order: making !== undefined ? 'make' : measuring !== undefined ? 'measure' : undefined,
  };
  for (const group of info.slotGroups) {
    const { id } = group.hardwareClass;
    const slots = group.slots + (groups.get(id)?.slots ?? 0);
    const device = devices.get(group);
    const ownPools = device === undefined ? pools : [...pools, device];
    const pool = device ?? pools[0];
    groups.set(id, { host, slots, pool, pools: ownPools, freeSlots: slots * params.targetUtilisation, demanded: 0 });
  }
  return host;
}
