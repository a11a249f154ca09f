// What this controller knows of the cluster: the store's records, whether it leads, the live fleet, the demand.

import type { Clock, PriceTable } from '@pareto/core';
import { createElection, type Election, type Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import { createDemandBook, type DemandBook } from './demand-book.js';
import { createFleetState, type FleetParams, type FleetState } from './fleet-state.js';
import { createLeader, type Leader } from './leadership.js';
import { createMirror, type Mirror } from './mirror.js';
import type { Scene } from './observe.js';
import type { RecordKind } from './records.js';
import { viewRegistry, type RegistryView } from './registry-view.js';

export interface Cluster {
  readonly mirror: Mirror;
  readonly election: Election;
  readonly leader: Leader;
  readonly fleet: FleetState;
  readonly demand: DemandBook;
  /** All of it at this moment. */
  readonly scene: () => Scene;
  /** Lists the store and takes over what it says of the fleet; then follows it until the signal aborts. */
  start(signal: AbortSignal, fail: (error: unknown) => void): Promise<void>;
  /** Called when planning or the routing table may come out otherwise than before. */
  onChange(listener: () => void): void;
  /** Says that it may. */
  changed(): void;
}

export interface ClusterOptions {
  readonly store: Store;
  readonly prices: PriceTable;
  readonly fleet: FleetParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

const leaseMs = 5_000;

/** What is written at each report changes nothing that is decided. */
const bookkeeping: ReadonlySet<RecordKind> = new Set(['loads', 'counters', 'plans']);

export function createCluster(options: ClusterOptions): Cluster {
  const { store, prices, clock } = options;
  const mirror = createMirror(store, clock);
  const election = createElection(store, { name: 'controller', ttlMs: leaseMs, clock });
  const fleet = createFleetState(options.fleet);
  const demand = createDemandBook();
  const listeners: (() => void)[] = [];
  const changed = (): void => listeners.forEach((listener) => listener());
  const recover = (): void => {
    const loads = Array.from(mirror.records.loads.values(), ({ value }) => value);
    fleet.recover(loads, clock.now());
    changed();
  };
  const leader = createLeader({ ...options, mirror, election, onLead: recover });

  let registry: RegistryView | undefined;
  mirror.onChange((kinds) => {
    if ([...kinds].every((kind) => bookkeeping.has(kind))) return;
    registry = undefined;
    changed();
  });
  return {
    mirror,
    election,
    leader,
    fleet,
    demand,
    scene() {
      registry ??= viewRegistry(mirror.records);
      const now = clock.now();
      return { records: mirror.records, registry, fleet, demand, prices, now, leadingSince: leader.since ?? now };
    },
    async start(signal, fail) {
      await mirror.start(signal, fail);
      recover();
    },
    onChange: (listener) => void listeners.push(listener),
    changed,
  };
}
