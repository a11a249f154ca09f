// The ledger of a plan: the replicas, free memory and free slot time of each worker, and the actions decided so far.

import {
  replicaId,
  type Assignment,
  type DeferredStep,
  type HardwareClassId,
  type KeptReplica,
  type Plan,
  type PlanAction,
  type UnmetNeed,
  type VariantId,
} from '@pareto/core';
import type { PlacementReplica } from '../../snapshot/snapshot.js';
import type { PlanningContext } from '../context/context.js';
import { createMemory, type Memory } from '../context/memory.js';
import type { Option } from '../context/options.js';
import type { Footprint } from '../context/footprint.js';
import type { Claim, Entry, Host, SlotGroup } from './entry.js';
import { createGroupOrders, type GroupOrders } from './group-orders.js';
import { createHosts } from './hosts.js';
import { bytesIn, reserve, type MemoryPool } from './memory-pools.js';

/** An order to generate a file or to measure, without the worker. */
export type Order = OmitWorker<Extract<PlanAction, { readonly kind: 'make' | 'measure' }>>;

type Unload = Extract<PlanAction, { readonly kind: 'unload' }>;

type OmitWorker<T> = T extends unknown ? Omit<T, 'worker'> : never;

export interface Ledger {
  readonly hosts: readonly Host[];
  readonly entries: readonly Entry[];
  /** Returns the slots of a class, one group for each worker. */
  groupsOf(hardwareClass: HardwareClassId): readonly SlotGroup[];
  readonly roomiestFirst: GroupOrders['roomiestFirst'];
  /** Returns the replicas of a variant, of any version. */
  entriesOf(variant: VariantId): readonly Entry[];
  /** Keeps a replica for a need, whose queries take `load` of a slot's time in addition. */
  claim(entry: Entry, claim: Claim, load: number): void;
  load(option: Option, group: SlotGroup, reason: string): Entry;
  /** Reserves the place of a replica that a later plan loads, when unloads have freed the memory. */
  loadLater(option: Option, group: SlotGroup): Entry;
  readonly unload: (entry: Entry, reason: string) => void;
  /** Unloads a replica that makes room for another one. */
  evict(entry: Entry, reason: string): void;
  /** Keeps an evicted replica after all. */
  reprieve(entry: Entry): void;
  /** Returns the evicted replicas. */
  evicted(): readonly Entry[];
  /** Reserves memories of a worker for what a later plan loads or orders there. */
  readonly reserve: (host: Host, pools: readonly MemoryPool[], footprint: Footprint) => void;
  /** Plans an order for a worker, which takes at most `footprint` of these memories. */
  order(order: Order, host: Host, pools: readonly MemoryPool[], footprint: Footprint): void;
  unmet(need: UnmetNeed): void;
  /** Returns the variants with a need that is not met. */
  lacking(): ReadonlySet<VariantId>;
  defer(step: DeferredStep): void;
  plan(): Plan;
}

export function createLedger(context: PlanningContext): Ledger {
  const { snapshot, params, horizon } = context;
  const demanded = new Set(context.demands.map(({ variant }) => variant));
  const memory = createMemory(snapshot, params);
  const { hosts, byId, groups } = createHosts(snapshot.workers, memory, params);
  const { roomiestFirst, move } = createGroupOrders(groups);
  const entries: Entry[] = [];
  const byVariant = new Map<VariantId, Entry[]>();
  const actions: PlanAction[] = [];
  /** The unloads of evicted replicas, which may still be reprieved. */
  const evictions = new Map<Entry, Unload>();
  const unmet: UnmetNeed[] = [];
  const deferred: DeferredStep[] = [];
  const countDemand = ({ variant, group }: Entry, change: number): void => {
    if (group !== undefined && demanded.has(variant)) group.demanded += change;
  };
  const addEntry = (entry: Entry): Entry => {
    entries.push(entry);
    entry.host.entries.push(entry);
    if (!entry.leaving) countDemand(entry, 1);
    const own = byVariant.get(entry.variant);
    if (own === undefined) byVariant.set(entry.variant, [entry]);
    else own.push(entry);
    return entry;
  };
  // Replicas of unknown workers are ignored.
  for (const replica of snapshot.replicas) {
    const host = byId.get(replica.assignment.worker);
    if (host === undefined) continue;
    addEntry(entryOf(replica, host, memory));
    if (isLoading(replica, context)) host.loads += 1;
  }
  const setLeaving = (entry: Entry, leaving: boolean): void => {
    const sign = leaving ? 1 : -1;
    entry.leaving = leaving;
    countDemand(entry, -sign);
    for (const pool of entry.pools) pool.freeBytesAfterUnload += sign * bytesIn(pool, entry);
    if (entry.group !== undefined) entry.group.freeSlots += sign * entry.load;
    move(entry.host);
  };
  const reserveOn: Ledger['reserve'] = (host, pools, footprint) => {
    reserve(pools, footprint);
    move(host);
  };
  /** Returns the unload of a replica. Undefined if it is leaving already. */
  const leave = (entry: Entry, why: Omit<Unload, 'kind' | 'assignment'>): Unload | undefined => {
    if (entry.leaving || entry.existing === undefined) return undefined;
    setLeaving(entry, true);
    return { kind: 'unload', assignment: entry.existing.assignment, ...why };
  };
  return {
    hosts,
    entries,
    groupsOf: (hardwareClass) => groups.get(hardwareClass) ?? [],
    roomiestFirst,
    entriesOf: (variant) => byVariant.get(variant) ?? [],
    claim(entry, claim, load) {
      if (entry.claim === undefined || claim.rank < entry.claim.rank) entry.claim = claim;
      entry.load += load;
      if (entry.group !== undefined) entry.group.freeSlots -= load;
      move(entry.host);
    },
    load(option, group, reason) {
      const { id: variant, version } = option.variant.variant;
      const { hardwareClass } = option;
      const { host } = group;
      const replica = replicaId(`${snapshot.planId}-${actions.length}`);
      const assignment: Assignment = { replica, variant, version, worker: host.worker.info.id, hardwareClass };
      actions.push({ kind: 'load', assignment, reason });
      reserveOn(host, group.pools, option);
      host.loads += 1;
      return addEntry(createEntry(assignment, host, option, undefined));
    },
    loadLater(option, { host, pools }) {
      const { id: variant, version } = option.variant.variant;
      reserveOn(host, pools, option);
      const place = { replica: undefined, variant, version, hardwareClass: option.hardwareClass };
      return addEntry(createEntry(place, host, option, undefined));
    },
    unload(entry, reason) {
      const action = leave(entry, { reason });
      if (action !== undefined) actions.push(action);
    },
    evict(entry, reason) {
      const action = leave(entry, { reason, evicted: true });
      if (action !== undefined) evictions.set(entry, action);
    },
    reprieve(entry) {
      if (evictions.delete(entry)) setLeaving(entry, false);
    },
    evicted: () => [...evictions.keys()],
    reserve: reserveOn,
    order(order, host, pools, footprint) {
      actions.push({ ...order, worker: host.worker.info.id });
      host.order = order.kind;
      reserveOn(host, pools, footprint);
    },
    unmet: (need) => void unmet.push(need),
    lacking: () => new Set(unmet.map(({ variant }) => variant)),
    defer: (step) => void deferred.push(step),
    plan: () => ({
      actions: [...actions, ...evictions.values()],
      unmet,
      deferred,
      kept: entries.flatMap(keptReplica),
      nextAt: horizon.nextAt,
    }),
  };
}

/** Returns whether a replica counts for its worker's limit of loads. */
const isLoading = ({ state, since }: PlacementReplica, { horizon, params }: PlanningContext): boolean =>
  (state === 'assigned' || state === 'loading' || state === 'warming') && !horizon.hasCome(since + params.loadingMs);

/** Creates the entry of an existing replica, and subtracts its memory from the worker's. */
function entryOf(replica: PlacementReplica, host: Host, memory: Memory): Entry {
  const entry = createEntry(replica.assignment, host, memory.ofReplica(replica), replica);
  reserve(entry.pools, entry);
  if (entry.leaving) for (const pool of entry.pools) pool.freeBytesAfterUnload += bytesIn(pool, entry);
  return entry;
}

function createEntry(
  { replica, variant, version, hardwareClass }: Pick<Entry, 'replica' | 'variant' | 'version' | 'hardwareClass'>,
  host: Host,
  { memoryBytes, deviceMemoryBytes }: Footprint,
  existing: PlacementReplica | undefined,
): Entry {
  const group = host.groups.get(hardwareClass);
  return {
    replica,
    variant,
    version,
    hardwareClass,
    host,
    group,
    pools: group?.pools ?? host.pools,
    memoryBytes,
    deviceMemoryBytes,
    existing,
    leaving: existing?.state === 'draining',
    claim: undefined,
    load: 0,
  };
}

/** Returns why a replica stays or is loaded. Empty if it is leaving, or loaded later. */
function keptReplica({ replica, existing, host, leaving, claim }: Entry): readonly KeptReplica[] {
  if (leaving || replica === undefined) return [];
  if (claim !== undefined) return [{ replica, source: claim.source, reason: claim.reason }];
  if (host.worker.presence === 'gone')
    return [{ replica, source: undefined, reason: 'its worker is gone, and may return' }];
  if (host.worker.draining) return [{ replica, source: undefined, reason: 'its worker drains, and no other is ready' }];
  const reason =
    existing?.state === 'failed' ? 'it failed, and is loaded again later' : 'no need: kept while it is used';
  return [{ replica, source: undefined, reason }];
}
