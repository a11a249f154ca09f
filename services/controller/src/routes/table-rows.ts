// The rows of the routing table, from registry, plan and fleet. A row whose inputs are the same objects is the same
// object, so that most rows cost nothing to compute again.

import type {
  Architecture,
  Assignment,
  Measurement,
  ReplicaState,
  Rule,
  Task,
  WorkerId,
  WorkerInfo,
} from '@pareto/core';
import type { PlacementVariant } from '@pareto/policy';
import { architectureToWire, replicaStateToWire, taskToWire, type Complete, type wire } from '@pareto/rpc';
import { ceilingOf } from '../plan/assignments.js';
import { createFleetMemo } from '../cluster/fleet-memo.js';
import { observeWorkerCapacity } from './worker-capacity.js';
import { servedVariants, type ClusterView } from '../cluster/observe.js';
import { versionKey, type RegistryView } from '../registry/registry-view.js';
import { variantRows } from './variant-rows.js';

/** Rows by key. */
export type TableRows = ReadonlyMap<string, wire.TableRowInput>;

export type ListRows = (view: ClusterView, routers: readonly wire.RouterInfoInput[]) => TableRows;

/**
 * Creates the function that computes the rows. It remembers the capacity of the workers while the fleet is the same, and
 * the rows of each worker's replicas while that worker and the registry are the same.
 */
export function createTableRows(): ListRows {
  const capacityOf = createFleetMemo(observeWorkerCapacity);
  let known: ReadonlyMap<WorkerId, WorkerRows> = new Map();
  return (view, routers) => {
    const capacity = capacityOf(view);
    known = new Map(capacity.present.map(({ info }) => [info.id, workerRows(view, info, known.get(info.id))]));
    const rows: wire.TableRowInput[] = [];
    for (const task of view.registry.tasks.values()) rows.push(taskRow(task));
    for (const versions of view.registry.architectures.values()) rows.push(...versions.map(architectureRow));
    for (const variant of servedVariants(view)) rows.push(...variantRows(view, capacity, variant));
    for (const { replicas } of known.values()) rows.push(...replicas);
    for (const rule of view.registry.rules) rows.push(ruleRow(rule));
    for (const rule of view.registry.warmthRules) rows.push(ruleRow(rule));
    for (const router of routers) rows.push({ key: `router/${router.routerId}`, router });
    return new Map(rows.map((row) => [row.key ?? '', row]));
  };
}

const taskRow = memoize((task: Task) => ({ key: `task/${task.name}`, task: taskToWire(task) }));

const architectureRow = memoize((architecture: Architecture) => ({
  key: `architecture/${architecture.name}/${architecture.version}`,
  architecture: architectureToWire(architecture),
}));

const ruleRow = memoize(({ id, kind, tenant, task = '', target, reason }: Rule) => ({
  key: `rule/${id}`,
  rule: { id, kind, tenant, task, target, reason } satisfies Complete<wire.RuleRowInput>,
}));

/** The rows of a worker's replicas, with what they were computed from. */
interface WorkerRows {
  readonly info: WorkerInfo;
  /** Revision of the fleet at which the worker changed last. */
  readonly changedAt: number;
  readonly assigned: readonly Assignment[] | undefined;
  readonly registry: Pick<RegistryView, 'versions' | 'tasks'>;
  readonly replicas: readonly wire.TableRowInput[];
}

function workerRows(view: ClusterView, info: WorkerInfo, before: WorkerRows | undefined): WorkerRows {
  const { registry, fleet } = view;
  const changedAt = fleet.changedAt(info.id);
  const assigned = registry.assignments.get(info.id);
  const isSame =
    before?.info === info &&
    before.changedAt === changedAt &&
    before.assigned === assigned &&
    before.registry.versions === registry.versions &&
    before.registry.tasks === registry.tasks;
  return isSame ? before : { info, changedAt, assigned, registry, replicas: replicaRows(view, info) };
}

/** Returns the rows of assigned replicas as last reported, except failed ones, and none of a suspected worker. */
function replicaRows({ registry, fleet }: ClusterView, { id, address }: WorkerInfo): readonly wire.TableRowInput[] {
  if (fleet.isSuspected(id)) return [];
  const live = fleet.replicas(id);
  return (registry.assignments.get(id) ?? []).flatMap((assignment) => {
    const report = live.get(assignment.replica)?.report;
    if (report === undefined || report.state === 'failed' || report.quarantined) return [];
    const known = registry.versions.get(versionKey(assignment.variant, assignment.version));
    return known === undefined ? [] : [replicaRow(registry, known, assignment, report.state, address)];
  });
}

interface CachedRow {
  /** The task and the measurement that the batch ceiling comes from. */
  readonly task: Task | undefined;
  readonly measurement: Measurement | undefined;
  readonly state: ReplicaState;
  readonly address: string;
  readonly row: wire.TableRowInput;
}

const replicaRowCache = new WeakMap<Assignment, CachedRow>();

function replicaRow(
  registry: RegistryView,
  known: PlacementVariant,
  assignment: Assignment,
  state: ReplicaState,
  address: string,
): wire.TableRowInput {
  const task = registry.tasks.get(known.variant.task);
  const measurement = known.measurements.find((one) => one.hardwareClass === assignment.hardwareClass);
  const cached = replicaRowCache.get(assignment);
  const isSame = cached?.task === task && cached?.measurement === measurement;
  if (isSame && cached?.state === state && cached.address === address) return cached.row;
  const { replica: replicaId, variant, version, hardwareClass, worker: workerId } = assignment;
  const batchCeiling = ceilingOf(registry, assignment);
  const replicaFields: Complete<wire.ReplicaRowInput> = {
    ...{ replicaId, variant, version, hardwareClass, workerId, address, batchCeiling },
    state: replicaStateToWire(state),
  };
  const row = { key: `replica/${replicaId}`, replica: replicaFields };
  replicaRowCache.set(assignment, { task, measurement, state, address, row });
  return row;
}

function memoize<K extends object>(make: (key: K) => wire.TableRowInput): (key: K) => wire.TableRowInput {
  const cached = new WeakMap<K, wire.TableRowInput>();
  return (key) => {
    const known = cached.get(key) ?? make(key);
    cached.set(key, known);
    return known;
  };
}
