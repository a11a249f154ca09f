// Settles the plan after the store was restored: running replicas are taken into the plan before anything else is
// planned. The plan of a fresh store is settled immediately by its first leader.

import type { PlanAction, ReplicaReport, WorkerId } from '@pareto/core';
import {
  planAbsences,
  planAdoption,
  type AdoptionSnapshot,
  type PlacementVariant,
  type RunningWorker,
} from '@pareto/policy';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { ClusterView } from '../cluster/observe.js';
import type { PlanLog } from './plan-log.js';
import { assignmentWrites } from './record-plan.js';
import { putRecord, settlementKey, variantKey } from '../storage/records.js';
import { writeAll } from '../leadership/write-all.js';

export interface AdoptOptions {
  readonly clusterView: () => ClusterView;
  readonly leader: Leader;
  readonly planLog: PlanLog;
  /** Epoch of the store's current history. */
  readonly epoch: () => string;
  /** Workers that were present when the store was restored. */
  readonly presentAtRestore: () => ReadonlySet<WorkerId>;
  /** Limit of the wait for known workers. */
  readonly firstJoinMs: number;
  readonly logger: Logger;
}

/** Takes running replicas into the plan. Returns true if nothing is left to adopt, so that planning may continue. */
export async function adoptRunning(options: AdoptOptions): Promise<boolean> {
  const view = options.clusterView();
  if (view.settled) return adoptLate(options, view);
  if (!isComplete(options, view)) return false;
  const snapshot = observeRunning(view, [...view.registry.versions.values()]);
  const actions = [...planAdoption(snapshot), ...planAbsences(snapshot)];
  await writeAll(options.leader, [
    ...assignmentWrites(actions, view.records),
    putRecord(settlementKey, { epoch: options.epoch() }),
  ]);
  logActions(options, actions);
  options.logger.info('plan settled', { epoch: options.epoch(), workers: snapshot.workers.length });
  return true;
}

/** Returns whether no worker and no assignment is known, so that there is no worker to wait for. */
export const isFresh = ({ records }: ClusterView, presentAtRestore: ReadonlySet<WorkerId>): boolean =>
  presentAtRestore.size === 0 && records.workers.size === 0 && records.assignments.size === 0;

function isComplete({ presentAtRestore, firstJoinMs }: AdoptOptions, view: ClusterView): boolean {
  const { records, fleet, now, leadingSince } = view;
  if (leadingSince === undefined) return false;
  if (isFresh(view, presentAtRestore()) || now - leadingSince >= firstJoinMs) return true;
  const known = Array.from(records.workers.values(), ({ value }) => value.info.id);
  return [...known, ...presentAtRestore()].every(
    (id) => fleet.lastReport(id) !== undefined || fleet.presence(id, now, leadingSince) === 'gone',
  );
}

/**
 * Adds to the plan the replicas of workers that join after the plan was settled. It adds those that were assigned before the
 * restore, and whose variant is in the restored registry.
 */
async function adoptLate(options: AdoptOptions, view: ClusterView): Promise<boolean> {
  const prefix = planPrefix(options.epoch());
  const isOfBefore = ({ replica }: Pick<ReplicaReport, 'replica'>): boolean => !replica.startsWith(prefix);
  const reported = observeWorkers(view).filter(({ info }) => !view.fleet.isAdopted(info.id));
  const workers = reported.flatMap(({ info, replicas }) => {
    const own = replicas.filter(isOfBefore);
    return own.length === 0 ? [] : [{ info, replicas: own }];
  });
  const actions =
    workers.length === 0 ? [] : planAdoption({ ...observeRunning(view, restoredVariants(view)), workers });
  if (actions.length === 0) {
    for (const { info } of reported) view.fleet.adopt(info.id);
    return true;
  }
  await writeAll(options.leader, assignmentWrites(actions, view.records));
  logActions(options, actions);
  return false;
}

/** Returns the prefix of the replica ids that are assigned in this epoch of the store. */
export const planPrefix = (epoch: string): string => `${epoch.slice(0, 6)}-`;

function restoredVariants({ registry, records }: ClusterView): readonly PlacementVariant[] {
  const settledAt = records.settlements.get(settlementKey)?.modRevision ?? 0;
  return [...registry.versions.values()].filter(({ variant }) => {
    const record = records.variants.get(variantKey(variant.id, variant.version));
    return record !== undefined && record.createRevision < settledAt;
  });
}

const observeRunning = (view: ClusterView, variants: readonly PlacementVariant[]): AdoptionSnapshot => ({
  workers: observeWorkers(view),
  assignments: [...view.registry.assignments.values()].flat(),
  variants,
});

/** Returns the connected workers that have sent a report. */
function observeWorkers({ fleet, records }: ClusterView): readonly RunningWorker[] {
  const running: RunningWorker[] = [];
  for (const { value } of records.workers.values()) {
    const info = fleet.session(value.info.id)?.info;
    const replicas = fleet.lastReport(value.info.id)?.replicas;
    if (info !== undefined && replicas !== undefined) running.push({ info, replicas });
  }
  return running;
}

function logActions({ planLog, logger }: AdoptOptions, actions: readonly PlanAction[]): void {
  for (const { kind, reason, ...action } of actions) logger.info('plan action', { kind, reason, ...action });
  planLog.add(actions);
}
