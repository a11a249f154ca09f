// Applies the controller's rows, a snapshot and then changes, and builds the routing table from them.

import {
  variantId,
  type Architecture,
  type CongestionPrices,
  type Profile,
  type RoutingTable,
  type RuleInForce,
  type TableVersion,
  type Task,
  type VariantId,
} from '@pareto/core';
import { createTargetLister, type TargetLister } from '@pareto/policy';
import { architectureFromWire, profileFromWire, taskFromWire, type wire } from '@pareto/protocol';
import { createCandidateGroups, versionKey, type CandidateGroups } from './candidate-groups.js';

export interface TableRows {
  /** Version of the last message applied. Undefined before the first snapshot. */
  readonly version: TableVersion | undefined;
  /** Returns the table after the message. Undefined if the message is a heartbeat. */
  apply(message: wire.TableMessage): RoutingTable | undefined;
}

export function createTableRows(): TableRows {
  let index = createIndex();
  let version: TableVersion | undefined;
  return {
    get version() {
      return version;
    },
    apply(message) {
      if (message.heartbeat) return undefined;
      if (message.snapshot) index = createIndex();
      for (const key of message.removed) drop(index, key);
      for (const row of message.rows) put(index, row);
      version = { epoch: message.epoch, revision: message.revision };
      return buildTable(version, index);
    },
  };
}

/** The rows, and the data of each kind of row. */
interface Index {
  readonly rows: Map<string, wire.TableRow>;
  readonly tasks: Map<string, Task>;
  readonly architectures: Map<string, Architecture>;
  readonly batchSizes: Map<string, number>;
  readonly profiles: Map<string, Profile>;
  readonly routers: Map<string, string>;
  readonly loading: Map<string, VariantId>;
  readonly rules: Map<string, RuleInForce>;
  /** The prices by the key of their row, of which there is one at most. */
  readonly congestion: Map<string, CongestionPrices>;
  readonly groups: CandidateGroups;
  readonly listTargets: TargetLister;
}

const createIndex = (): Index => ({
  rows: new Map(),
  tasks: new Map(),
  architectures: new Map(),
  batchSizes: new Map(),
  profiles: new Map(),
  routers: new Map(),
  loading: new Map(),
  rules: new Map(),
  congestion: new Map(),
  groups: createCandidateGroups(),
  listTargets: createTargetLister(),
});

function put(index: Index, row: wire.TableRow): void {
  const { key, task, architecture, profile, router, rule, variant, replica, congestion } = row;
  drop(index, key);
  index.rows.set(key, row);
  if (task) index.tasks.set(key, taskFromWire(task));
  if (architecture) {
    const known = architectureFromWire(architecture);
    index.architectures.set(key, known);
    index.batchSizes.set(versionKey(known.name, known.version), known.maxBatchSize);
  }
  if (profile?.profile) index.profiles.set(profile.digest, profileFromWire(profile.profile));
  if (router) index.routers.set(router.routerId, router.address);
  if (rule && isKind(rule.kind)) index.rules.set(key, ruleOf(rule, rule.kind));
  if (congestion) index.congestion.set(key, congestion);
  if (variant) index.groups.putVariant(variant);
  if (replica) index.groups.putReplica(replica);
  if (replica && isLoading(replica)) index.loading.set(key, variantId(replica.variant));
}

function drop(index: Index, key: string): void {
  const row = index.rows.get(key);
  if (row === undefined) return;
  const { architecture, profile, router, variant, replica } = row;
  index.rows.delete(key);
  index.tasks.delete(key);
  index.architectures.delete(key);
  index.rules.delete(key);
  index.congestion.delete(key);
  index.loading.delete(key);
  if (architecture) index.batchSizes.delete(versionKey(architecture.name, architecture.version));
  if (profile) index.profiles.delete(profile.digest);
  if (router) index.routers.delete(router.routerId);
  if (variant) index.groups.dropVariant(variant);
  if (replica) index.groups.dropReplica(replica);
}

const isLoading = ({ state }: wire.ReplicaRow): boolean => state === 'LOADING' || state === 'WARMING';

/** Ignores kinds that only a newer controller sends. */
const isKind = (kind: string): kind is RuleInForce['kind'] =>
  kind === 'pin' || kind === 'deny' || kind === 'warm' || kind === 'cold';

const ruleOf = ({ task, target, reason }: wire.RuleRow, kind: RuleInForce['kind']): RuleInForce => ({
  ...{ kind, target, reason },
  task: task === '' ? undefined : task,
});

function buildTable(version: TableVersion, { tasks, architectures, rules, congestion, ...index }: Index): RoutingTable {
  const lists = index.groups.list(index);
  const [prices] = congestion.values();
  const candidates = [...lists.values()].flat();
  return {
    version,
    targets: index.listTargets([...tasks.values()], [...architectures.values()], lists, [...rules.values()]),
    candidates,
    replicas: candidates.flatMap(({ replicas }) => replicas),
    congestion: prices,
    loading: new Set(index.loading.values()),
    routers: new Map(index.routers),
  };
}
