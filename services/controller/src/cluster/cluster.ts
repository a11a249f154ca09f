// The state of the cluster on this controller: the mirror of the store, leadership, fleet and demand.

import { describeLoss, milliseconds, type Clock, type PriceTable, type WorkerId } from '@pareto/core';
import {
  createDemandWindow,
  createFleetState,
  type DemandWindow,
  type FleetParams,
  type FleetState,
} from '@pareto/policy';
import { createElection, type Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import { createRegistryCache } from '../registry/registry-cache.js';
import { createLeader, type Leader } from '../leadership/leadership.js';
import { createMirror, type Mirror } from '../storage/mirror.js';
import type { Notices } from './notices.js';
import type { ClusterView } from './observe.js';
import { settlementKey, type RecordKind } from '../storage/records.js';
import { createServedVersions } from './served-versions.js';

export interface Cluster {
  readonly mirror: Mirror;
  readonly leader: Leader;
  readonly fleet: FleetState;
  readonly demand: DemandWindow;
  /** Returns a snapshot of the whole state. */
  readonly clusterView: () => ClusterView;
  /** Time since the last response of the store. */
  readonly storeAgeMs: () => number;
  /** Workers that were present at a restore of the store. Planning continues after they have rejoined or expired. */
  readonly presentAtRestore: () => ReadonlySet<WorkerId>;
  /** Adds a listener that is called when planning or the routing table may give another result. */
  onChange(listener: () => void): void;
  /** Calls the listeners of `onChange`. */
  changed(): void;
  /** Adds a listener that is called when the leader changes, here or elsewhere. */
  onLeadership(listener: () => void): void;
}

export interface ClusterOptions {
  readonly store: Store;
  readonly prices: PriceTable;
  readonly fleet: FleetParams;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

const leaseMs = 3_000;
/**
 * Time for which the notice about a restore is shown: as long as unregistered replicas keep serving (see
 * `unregistered-replicas.ts`).
 */
const noticeMs = 3_600_000;

/**
 * Kinds of records that do not change a leader's decisions: loads and counters, for example, come from reports that it
 * received.
 */
const informational: ReadonlySet<RecordKind> = new Set([
  'loads',
  'counters',
  'plans',
  'candidates',
  'ruleEvents',
  'events',
]);

export function createCluster(options: ClusterOptions): Cluster {
  const { store, prices, clock } = options;
  const mirror = createMirror(options);
  const election = createElection(store, { name: 'controller', ttlMs: leaseMs, clock });
  const leader = createLeader({ ...options, mirror, election });
  const fleet = createFleetState(options.fleet);
  const demand = createDemandWindow();
  const changes = createListeners();
  const leaderships = createListeners();
  const registry = createRegistryCache(mirror, options);
  const served = createServedVersions();
  const presentAtRestore = watchRestores(options, mirror, leader, fleet);

  store.onLoss((loss) => {
    options.logger.error('the store lost data and is not used: queries continue with the last table', {
      ...{ loss, reason: describeLoss(loss) },
    });
    leader.stepDown('the store lost data');
  });

  const isSettled = (): boolean => mirror.records.settlements.get(settlementKey)?.value.epoch === store.epoch;
  const follow = (): void => fleet.follow(mirror.records.loads.values(), clock.now());
  leader.onChange(() => {
    if (leader.term === undefined) follow();
    leaderships.call();
    changes.call();
  });
  mirror.onChange((kinds) => {
    const leads = leader.term !== undefined;
    if (!leads && kinds.has('loads')) follow();
    if (kinds.has('candidates')) leaderships.call();
    if ([...kinds].some((kind) => !informational.has(kind) || (!leads && kind === 'loads'))) changes.call();
  });
  return {
    mirror,
    leader,
    fleet,
    demand,
    clusterView() {
      const observed = {
        records: mirror.records,
        registry: registry(),
        fleet,
        demand,
        prices,
        now: clock.now(),
        wallMs: clock.wallMs(),
        leadingSince: leader.term?.since,
        settled: isSettled(),
      };
      return { ...observed, served: served(observed) };
    },
    storeAgeMs: () => store.ageMs,
    presentAtRestore,
    onChange: changes.add,
    changed: changes.call,
    onLeadership: leaderships.add,
  };
}

/**
 * Handles restores of the store: remembers the present workers, sets a notice, and steps down, because a candidacy of
 * the old history is void. Returns the workers that were present at any restore.
 */
function watchRestores(
  { logger, notices, clock }: ClusterOptions,
  mirror: Mirror,
  leader: Leader,
  fleet: FleetState,
): () => ReadonlySet<WorkerId> {
  let presentAtRestore: ReadonlySet<WorkerId> = new Set();
  mirror.onRestored(() => {
    const known = Array.from(mirror.records.workers.values(), ({ value }) => value.info.id);
    const there = known.filter((id) => fleet.presence(id, clock.now(), leader.term?.since) !== 'gone');
    presentAtRestore = new Set([...presentAtRestore, ...there]);
    logger.error('the store was wiped or restored: writes since the backup are lost', {
      workers: there.length,
    });
    notices.set('restored', 'the store was wiped or restored: registrations since the backup are lost');
    clock.after(milliseconds(noticeMs), () => notices.set('restored', undefined));
    leader.stepDown('the store was wiped or restored');
  });
  return () => presentAtRestore;
}

function createListeners(): { add: (listener: () => void) => void; call: () => void } {
  const listeners: (() => void)[] = [];
  return {
    add: (listener) => void listeners.push(listener),
    call: () => listeners.forEach((listener) => listener()),
  };
}
