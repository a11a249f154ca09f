// The rows of the routing table as the controller sends them, a snapshot and then changes, and the table that they make.

import {
  variantId,
  type Architecture,
  type Profile,
  type RoutingTable,
  type RuleInForce,
  type TableVersion,
  type Task,
  type VariantId,
} from '@pareto/core';
import { architectureFromWire, profileFromWire, taskFromWire, type wire } from '@pareto/rpc';
import { createCandidateGroups, versionKey, type CandidateGroups } from './candidate-groups.js';
import { createTargetLister, type TargetLister } from './list-targets.js';

export interface TableRows {
  /** Of what was applied last; undefined before the first snapshot. */
  readonly version: TableVersion | undefined;
  /** The table after the message; undefined when it changes nothing. */
  apply(message: wire.TableMessage): RoutingTable | undefined;
}

export function createTableRows(): TableRows {
  let sorted = createSorted();
  let version: TableVersion | undefined;
  return {
    get version() {
      return version;
    },
    apply(message) {
      if (message.heartbeat) return undefined;
      if (message.snapshot) sorted = createSorted();
      for (const key of message.removed) drop(sorted, key);
      for (const row of message.rows) put(sorted, row);
      version = { epoch: message.epoch, revision: message.revision };
      return buildTable(version, sorted);
    },
  };
}

/** Rows by key, and what they say, by kind. */
interface Sorted {
  readonly rows: Map<string, wire.TableRow>;
  /** By key. */
  readonly tasks: Map<string, Task>;
  readonly architectures: Map<string, Architecture>;
  readonly batchSizes: Map<string, number>;
  readonly profiles: Map<string, Profile>;
  readonly routers: Map<string, string>;
  readonly loading: Map<string, VariantId>;
  readonly rules: Map<string, RuleInForce>;
  readonly groups: CandidateGroups;
  readonly listTargets: TargetLister;
}

const createSorted = (): Sorted => ({
  rows: new Map(),
  tasks: new Map(),
  architectures: new Map(),
  batchSizes: new Map(),
  profiles: new Map(),
  routers: new Map(),
  loading: new Map(),
  rules: new Map(),
  groups: createCandidateGroups(),
  listTargets: createTargetLister(),
});

function put(sorted: Sorted, row: wire.TableRow): void {
  const { key, task, architecture, profile, router, rule, variant, replica } = row;
  drop(sorted, key);
  sorted.rows.set(key, row);
  if (task) sorted.tasks.set(key, taskFromWire(task));
  if (architecture) {
    const known = architectureFromWire(architecture);
    sorted.architectures.set(key, known);
    sorted.batchSizes.set(versionKey(known.name, known.version), known.maxBatchSize);
  }
  if (profile?.profile) sorted.profiles.set(profile.digest, profileFromWire(profile.profile));
  if (router) sorted.routers.set(router.routerId, router.address);
  if (rule && isKind(rule.kind)) sorted.rules.set(key, ruleOf(rule, rule.kind));
  if (variant) sorted.groups.putVariant(variant);
  if (replica) sorted.groups.putReplica(replica);
  if (replica && isLoading(replica)) sorted.loading.set(key, variantId(replica.variant));
}

function drop(sorted: Sorted, key: string): void {
  const row = sorted.rows.get(key);
  if (row === undefined) return;
  const { architecture, profile, router, variant, replica } = row;
  sorted.rows.delete(key);
  sorted.tasks.delete(key);
  sorted.architectures.delete(key);
  sorted.rules.delete(key);
  sorted.loading.delete(key);
  if (architecture) sorted.batchSizes.delete(versionKey(architecture.name, architecture.version));
  if (profile) sorted.profiles.delete(profile.digest);
  if (router) sorted.routers.delete(router.routerId);
  if (variant) sorted.groups.dropVariant(variant);
  if (replica) sorted.groups.dropReplica(replica);
}

const isLoading = ({ state }: wire.ReplicaRow): boolean => state === 'LOADING' || state === 'WARMING';

/** Rules of other kinds are those of a newer controller. */
const isKind = (kind: string): kind is RuleInForce['kind'] =>
  kind === 'pin' || kind === 'deny' || kind === 'warm' || kind === 'cold';

const ruleOf = ({ task, target, reason }: wire.RuleRow, kind: RuleInForce['kind']): RuleInForce => ({
  ...{ kind, target, reason },
  task: task === '' ? undefined : task,
});

function buildTable(version: TableVersion, { tasks, architectures, rules, ...sorted }: Sorted): RoutingTable {
  const lists = sorted.groups.list(sorted);
  const candidates = [...lists.values()].flat();
  return {
    version,
    targets: sorted.listTargets([...tasks.values()], [...architectures.values()], lists, [...rules.values()]),
    candidates,
    replicas: candidates.flatMap(({ replicas }) => replicas),
    loading: new Set(sorted.loading.values()),
    routers: new Map(sorted.routers),
  };
}
