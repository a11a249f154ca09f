// The ledger of a plan: the replicas, free memory and free slot time of each worker, and the actions decided so far.

import {
  replicaId,
  type Assignment,
  type DeferredStep,
  type HardwareClassId,
  type KeptReplica,
  type Plan,
  type PlanAction,
  type UnmetCause,
  type UnmetNeed,
  type VariantId,
  type WorkerId,
} from '@pareto/core';
import type { PlacementReplica } from '../../snapshot/snapshot.js';
import type { PlanningContext } from '../context/context.js';
import { createMemory, type Memory } from '../context/memory.js';
import type { Option } from '../context/options.js';
import type { Footprint } from '../context/footprint.js';
import type { Claim, Entry, Host, SlotGroup } from './entry.js';
import { GroupOrders } from './group-orders.js';
import { createHosts, type Hosts } from './hosts.js';
import { bytesIn, reserve, type MemoryPool } from './memory-pools.js';

/** An order to generate a file or to measure, without the worker. */
export type Order = OmitWorker<Extract<PlanAction, { readonly kind: 'make' | 'measure' }>>;

/** The workers that may provide a replica: those that a solution does not leave empty, or all if these have no room. */
export type Reach = 'kept' | 'all';

type Unload = Extract<PlanAction, { readonly kind: 'unload' }>;

type OmitWorker<T> = T extends unknown ? Omit<T, 'worker'> : never;

/** The ledger of one plan. A class, since V8 keeps the optimised code of closures only as long as these exist. */
export class Ledger {
  readonly hosts: readonly Host[];
  readonly entries: Entry[] = [];
  readonly #context: PlanningContext;
  readonly #demanded: ReadonlySet<VariantId>;
  readonly #groups: Hosts['groups'];
  /** Orders of the slots of all workers, and of those that a solution does not leave empty. */
  readonly #orders: Readonly<Record<Reach, GroupOrders>>;
  readonly #byVariant = new Map<VariantId, Entry[]>();
  readonly #actions: PlanAction[] = [];
  /** The unloads of evicted replicas, which may still be reprieved. */
  readonly #evictions = new Map<Entry, Unload>();
  readonly #unmet: UnmetNeed[] = [];
  readonly #deferred: DeferredStep[] = [];

  constructor(context: PlanningContext) {
    const { snapshot, params, demands, spared } = context;
    const memory = createMemory(snapshot, params);
    const { hosts, byId, groups } = createHosts(snapshot.workers, memory, params);
    this.hosts = hosts;
    this.#context = context;
    this.#demanded = new Set(demands.map(({ variant }) => variant));
    this.#groups = groups;
    const all = new GroupOrders(groups);
    this.#orders = { all, kept: spared.size === 0 ? all : new GroupOrders(withoutSpared(groups, spared)) };
    // Replicas of unknown workers are ignored.
    for (const replica of snapshot.replicas) {
      const host = byId.get(replica.assignment.worker);
      if (host === undefined) continue;
      this.#add(entryOf(replica, host, memory));
      if (isLoading(replica, context)) host.loads += 1;
    }
  }

  /** Returns the slots of a class, one group for each worker. */
  groupsOf(hardwareClass: HardwareClassId): readonly SlotGroup[] {
    return this.#groups.get(hardwareClass) ?? [];
  }

  /** Returns the slots of a class within reach in the order of `GroupOrders`. */
  roomiestFirst(hardwareClass: HardwareClassId, hasLoad: boolean, reach: Reach): readonly SlotGroup[] {
    return this.#orders[reach].roomiestFirst(hardwareClass, hasLoad);
  }

  /** Returns the replicas of a variant, of any version. */
  entriesOf(variant: VariantId): readonly Entry[] {
    return this.#byVariant.get(variant) ?? [];
  }

  /** Keeps a replica for a need, whose queries take `load` of a slot's time in addition. */
  claim(entry: Entry, claim: Claim, load: number): void {
    if (entry.claim === undefined || claim.rank < entry.claim.rank) entry.claim = claim;
    entry.load += load;
    if (entry.group !== undefined) entry.group.freeSlots -= load;
    this.#move(entry.host);
  }

  load(option: Option, group: SlotGroup, reason: string): Entry {
    const { id: variant, version } = option.variant.variant;
    const { hardwareClass } = option;
    const { host } = group;
    const replica = replicaId(`${this.#context.snapshot.planId}-${this.#actions.length}`);
    const assignment: Assignment = { replica, variant, version, worker: host.worker.info.id, hardwareClass };
    this.#actions.push({ kind: 'load', assignment, reason });
    this.reserve(host, group.pools, option);
    host.loads += 1;
    return this.#add(createEntry(assignment, host, option, undefined));
  }

  /** Reserves the place of a replica that a later plan loads, when unloads have freed the memory. */
  loadLater(option: Option, { host, pools }: SlotGroup): Entry {
    const { id: variant, version } = option.variant.variant;
    this.reserve(host, pools, option);
    const place = { replica: undefined, variant, version, hardwareClass: option.hardwareClass };
    return this.#add(createEntry(place, host, option, undefined));
  }

  unload(entry: Entry, reason: string): void {
    const action = this.#leave(entry, { reason });
    if (action !== undefined) this.#actions.push(action);
  }

  /** Unloads a replica that makes room for another one. */
  evict(entry: Entry, reason: string): void {
    const action = this.#leave(entry, { reason, evicted: true });
    if (action !== undefined) this.#evictions.set(entry, action);
  }

  /** Keeps an evicted replica after all. */
  reprieve(entry: Entry): void {
    if (this.#evictions.delete(entry)) this.#setLeaving(entry, false);
  }

  /** Returns the evicted replicas. */
  evicted(): readonly Entry[] {
    return [...this.#evictions.keys()];
  }

  /** Reserves memories of a worker for what a later plan loads or orders there. */
  reserve(host: Host, pools: readonly MemoryPool[], footprint: Footprint): void {
    reserve(pools, footprint);
    this.#move(host);
  }

  /** Plans an order for a worker, which takes at most `footprint` of these memories. */
  order(order: Order, host: Host, pools: readonly MemoryPool[], footprint: Footprint): void {
    this.#actions.push({ ...order, worker: host.worker.info.id });
    host.order = order.kind;
    this.reserve(host, pools, footprint);
  }

  unmet(need: UnmetNeed): void {
    this.#unmet.push(need);
  }

  /** Returns the variants with a need that is not met, for one of the causes if they are given. */
  lacking(...causes: readonly UnmetCause[]): ReadonlySet<VariantId> {
    const unmet = causes.length === 0 ? this.#unmet : this.#unmet.filter(({ cause }) => causes.includes(cause));
    return new Set(unmet.map(({ variant }) => variant));
  }

  defer(step: DeferredStep): void {
    this.#deferred.push(step);
  }

  plan(): Plan {
    return {
      actions: [...this.#actions, ...this.#evictions.values()],
      unmet: this.#unmet,
      deferred: this.#deferred,
      kept: this.entries.flatMap(keptReplica),
      nextAt: this.#context.horizon.nextAt,
    };
  }

  /** Moves the slots of a worker whose time or memory has changed. */
  #move(host: Host): void {
    const { all, kept } = this.#orders;
    all.move(host);
    if (kept !== all && !this.#context.spared.has(host.worker.info.id)) kept.move(host);
  }

  #add(entry: Entry): Entry {
    this.entries.push(entry);
    entry.host.entries.push(entry);
    if (!entry.leaving) this.#countDemand(entry, 1);
    const own = this.#byVariant.get(entry.variant);
    if (own === undefined) this.#byVariant.set(entry.variant, [entry]);
    else own.push(entry);
    return entry;
  }

  #countDemand({ variant, group }: Entry, change: number): void {
    if (group !== undefined && this.#demanded.has(variant)) group.demanded += change;
  }

  /** Returns the unload of a replica. Undefined if it is leaving already. */
  #leave(entry: Entry, why: Omit<Unload, 'kind' | 'assignment'>): Unload | undefined {
    if (entry.leaving || entry.existing === undefined) return undefined;
    this.#setLeaving(entry, true);
    return { kind: 'unload', assignment: entry.existing.assignment, ...why };
  }

  #setLeaving(entry: Entry, leaving: boolean): void {
    const sign = leaving ? 1 : -1;
    entry.leaving = leaving;
    this.#countDemand(entry, -sign);
    for (const pool of entry.pools) pool.freeBytesAfterUnload += sign * bytesIn(pool, entry);
    if (entry.group !== undefined) entry.group.freeSlots += sign * entry.load;
    this.#move(entry.host);
  }
}

/** Returns the slots of the workers that a solution does not leave empty. */
const withoutSpared = (groups: Hosts['groups'], spared: ReadonlySet<WorkerId>): Hosts['groups'] =>
  new Map(
    Array.from(groups, ([hardwareClass, own]) => [
      hardwareClass,
      own.filter(({ host }) => !spared.has(host.worker.info.id)),
    ]),
  );

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
  if (host.worker.isBeyondBudget === true)
    return [{ replica, source: undefined, reason: 'its worker is beyond the budget, and no other is ready' }];
  if (host.worker.draining) return [{ replica, source: undefined, reason: 'its worker drains, and no other is ready' }];
  const reason =
    existing?.state === 'failed' ? 'it failed, and is loaded again later' : 'no need: kept while it is used';
  return [{ replica, source: undefined, reason }];
}
