// The rows of the routing table, from registry, plan and fleet. Rows whose inputs are the same objects are the same
// objects, so that most of them cost nothing to compute again.

import {
  oncePer,
  sameItems,
  type Architecture,
  type Assignment,
  type CongestionPrices,
  type Measurement,
  type ReplicaState,
  type Rule,
  type Task,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import type { PlacementVariant } from '@pareto/policy';
import { architectureToWire, replicaStateToWire, taskToWire, type Complete, type wire } from '@pareto/protocol';
import { ceilingOf } from '../plan/assignments.js';
import { createFleetMemo } from '../cluster/fleet-memo.js';
import { observeWorkerCapacity, type WorkerCapacity } from './worker-capacity.js';
import { servedVariants, type ClusterView } from '../cluster/observe.js';
import { versionKey, type RegistryView } from '../registry/registry-view.js';
import { variantRows } from './variant-rows.js';

/** Rows by the part of the cluster that they describe. Each row is in one list. A list with the same rows is the same object. */
export type TableRows = ReadonlyMap<string, readonly wire.TableRowInput[]>;

export type ListRows = (
  view: ClusterView,
  routers: readonly wire.RouterInfoInput[],
  congestion: CongestionPrices | undefined,
) => TableRows;

/**
 * Creates the function that computes the rows. It remembers the rows of the registry while it and the capacity of the
 * workers are the same, and the rows of each worker's replicas while that worker and the registry are the same.
 */
export function createTableRows(): ListRows {
  const capacityOf = createFleetMemo(observeWorkerCapacity, 'membersRevision');
  let known: ReadonlyMap<WorkerId, WorkerRows> = new Map();
  const ofRegistry = createRowCache();
  const ofRouters = createRowCache();
  return (view, routers, congestion) => {
    const { tasks, architectures, versions, rules, warmthRules } = view.registry;
    const capacity = capacityOf(view);
    const basis = [tasks, architectures, versions, rules, warmthRules, view.served, capacity];
    const rows = new Map([
      ['registry', ofRegistry(basis, () => listRegistryRows(view, capacity))],
      ['routers', ofRouters(routers, () => routers.map(routerRow))],
      ['congestion', congestion === undefined ? noRows : congestionRows(congestion)],
    ]);
    const workers = new Map<WorkerId, WorkerRows>();
    for (const { info } of capacity.present) {
      const own = workerRows(view, info, known.get(info.id));
      workers.set(info.id, own);
      if (own.replicas.length > 0) rows.set(`worker/${info.id}`, own.replicas);
    }
    known = workers;
    return rows;
  };
}

type RowCache = (basis: readonly unknown[], list: () => readonly wire.TableRowInput[]) => readonly wire.TableRowInput[];

/** Creates a function that returns the last rows while everything in `basis` is the same, and otherwise lists them. */
function createRowCache(): RowCache {
  let known: { readonly basis: readonly unknown[]; readonly rows: readonly wire.TableRowInput[] } | undefined;
  return (basis, list) => {
    if (known === undefined || !sameItems(known.basis, basis)) known = { basis, rows: list() };
    return known.rows;
  };
}

const listRegistryRows = (view: ClusterView, capacity: WorkerCapacity): readonly wire.TableRowInput[] => [
  ...Array.from(view.registry.tasks.values(), taskRow),
  ...[...view.registry.architectures.values()].flat().map(architectureRow),
  ...servedVariants(view).flatMap((variant) => variantRows(view, capacity, variant)),
  ...[...view.registry.rules, ...view.registry.warmthRules].map(ruleRow),
];

const noRows: readonly wire.TableRowInput[] = [];

/** Returns the same list for the same prices. */
const congestionRows = oncePer(({ usdPerHour, ...worths }: CongestionPrices): readonly wire.TableRowInput[] => {
  const congestion: Complete<wire.CongestionRowInput> = { usdPerHour: { ...usdPerHour }, ...worths };
  return [{ key: 'congestion', congestion }];
});

const routerRow = (router: wire.RouterInfoInput): wire.TableRowInput => ({
  key: `router/${router.routerId}`,
  router,
});

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
