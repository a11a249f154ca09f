// The workers of a ledger at the start of a plan, without replicas.

import type { HardwareClassId, WorkerId } from '@pareto/core';
import type { PlacementParams, PlacementWorker } from '../../snapshot/snapshot.js';
import type { Memory } from '../context/memory.js';
import { compareText } from '../context/options.js';
import type { Host, SlotGroup } from './entry.js';

export interface Hosts {
  /** Sorted by id. */
  readonly hosts: readonly Host[];
  readonly byId: ReadonlyMap<WorkerId, Host>;
  readonly groups: ReadonlyMap<HardwareClassId, readonly SlotGroup[]>;
}

type Params = Pick<PlacementParams, 'targetUtilisation' | 'loadsPerSlot'>;

export function createHosts(workers: readonly PlacementWorker[], memory: Memory, params: Params): Hosts {
  const hosts = workers
    .toSorted((a, b) => compareText(a.info.id, b.info.id))
    .map((worker) => createHost(worker, memory, params));
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

function createHost(worker: PlacementWorker, memory: Memory, params: Params): Host {
  const { info, making, measuring, presence, draining } = worker;
  const freeBytes = info.memoryBytes - memory.ofOrder(worker);
  const groups = new Map<HardwareClassId, SlotGroup>();
  const host: Host = {
    worker,
    entries: [],
    groups,
    schedulable: presence === 'connected' && !draining,
    freeBytes,
    freeBytesAfterUnload: freeBytes,
    loads: 0,
    maxLoads: params.loadsPerSlot * info.slotGroups.reduce((sum, { slots }) => sum + slots, 0),
    order: making !== undefined ? 'make' : measuring !== undefined ? 'measure' : undefined,
  };
  for (const { hardwareClass, slots: own } of info.slotGroups) {
    const slots = own + (groups.get(hardwareClass.id)?.slots ?? 0);
    groups.set(hardwareClass.id, { host, slots, freeSlots: slots * params.targetUtilisation, demanded: 0 });
  }
  return host;
}
