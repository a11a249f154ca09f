// The Fleet service: workers' sessions, and the operators' view of the fleet.

import { priceOf, workerId, type StoreLoss } from '@pareto/core';
import { variantOf, type LiveReplica } from '@pareto/policy';
import { replicaReportToWire, slotGroupToWire, type Complete, type wire } from '@pareto/protocol';
import { type ServiceHandlers } from '@pareto/rpc';
import type { ServiceLimiter } from '@pareto/service';
import { electionCandidates, electedLeader } from '../leadership/election-candidates.js';
import type { Cluster } from '../cluster/cluster.js';
import { notFound } from '../registry/not-found.js';
import type { FleetRecords } from '../fleet/fleet-records.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Notices } from '../cluster/notices.js';
import { freezeInForce, type ClusterView } from '../cluster/observe.js';
import { freezeText } from '../history/freeze.js';
import type { PlanLog } from '../plan/plan-log.js';
import type { WorkerRecord } from '../storage/records.js';
import { ruleNotices, unmetWarmRules, warmthNotices, type UnmetWarmRule } from '../rules/rule-notices.js';
import type { StoreMembers } from '../storage/store-members.js';
import { describeAction, describeQuality, describeUnmet } from './describe-plan.js';
import { taskLoads } from './task-loads.js';

export interface FleetServiceOptions {
  readonly join: NonNullable<ServiceHandlers<'pareto.v1.Fleet'>['join']>;
  readonly cluster: Cluster;
  /** The name of the cluster. */
  readonly name: string;
  readonly records: FleetRecords;
  readonly loads: Pick<LoadFlusher, 'flush'>;
  readonly planLog: PlanLog;
  readonly notices: Notices;
  readonly storeMembers: Pick<StoreMembers, 'list'>;
  /** Returns what the store of this cluster has lost. Undefined if it is whole. */
  readonly storeLoss: () => StoreLoss | undefined;
  readonly routers: () => readonly wire.RouterInfoInput[];
  readonly tableVersion: () => string;
  readonly limiter: Pick<ServiceLimiter, 'counts'>;
  /** Returns the consequence, reason and advice if processes of this controller share a user id. Undefined if none do. */
  readonly userIdShortage: () => string | undefined;
  /** Throws `notLeaderError()` if another controller leads, because only the leader has the live state. */
  readonly preferLeader: () => void;
}

export function createFleetHandlers(options: FleetServiceOptions): ServiceHandlers<'pareto.v1.Fleet'> {
  const { cluster, records, loads, preferLeader } = options;
  const { clusterView, leader } = cluster;
  return {
    join: options.join,
    async listWorkers() {
      preferLeader();
      return { workers: listWorkers(clusterView(), options.planLog) };
    },
    async drain({ workerId: id, undrain }) {
      leader.require();
      if (!(await records.setDraining(workerId(id), !undrain))) throw notFound('worker', id);
      return {};
    },
    async forget({ workerId: id }) {
      leader.require();
      // Its last counts belong to the statistics, and must not be written after its load was deleted.
      await loads.flush();
      if (!(await records.forget(workerId(id), clusterView()))) throw notFound('worker', id);
      return {};
    },
    async overview({ acceptFollower }) {
      if (!acceptFollower) preferLeader();
      return overview(options, clusterView());
    },
  };
}

function overview(options: FleetServiceOptions, now: ClusterView): Complete<wire.OverviewResponseInput> {
  const { cluster, name, planLog, routers, tableVersion, storeMembers } = options;
  const { leader, mirror, storeAgeMs } = cluster;
  const { term } = leader;
  const unmet = planLog.unmet();
  const warmRules = unmetWarmRules(now.registry, unmet);
  return {
    cluster: name,
    leader: term === undefined ? '' : (electedLeader(mirror.records) ?? ''),
    leadingMs: term === undefined ? 0 : now.now - term.since,
    tableVersion: tableVersion(),
    tasks: taskLoads(now),
    workers: listWorkers(now, planLog),
    routers: [...routers()],
    recentActions: planLog.recent().map(({ action, at }) => describeAction(action, now.now - at)),
    controllers: [...electionCandidates(mirror.records)],
    storeAgeMs: storeAgeMs(),
    storeLoss: options.storeLoss() ?? '',
    storeMembers: storeMembers.list().map(({ address, problem = '' }) => ({ address, problem })),
    notices: noticesNow(options, now, term !== undefined, warmRules),
    unmetWarmRules: [...warmRules],
    limitsReached: reachedLimits(options, now),
    unmetNeeds: unmet.map((need) => describeUnmet(need, now.now - need.since)),
    plan: describeQuality(planLog.quality(), now.now),
  };
}

function reachedLimits({ limiter }: FleetServiceOptions, view: ClusterView): wire.ReachedLimitsInput[] {
  const { fleet, demand, records, now } = view;
  const routers = Array.from(demand.limitsReached(now), ([id, limits]) => ({ service: 'router', id, limits }));
  const workers = Array.from(records.workers.values(), ({ value: { info } }) => ({
    ...{ service: 'worker', id: info.id },
    limits: fleet.session(info.id) === undefined ? [] : (fleet.lastReport(info.id)?.limitsReached ?? []),
  }));
  const all = [...routers, ...workers, { service: 'controller', id: '', limits: limiter.counts.lastMinute() }];
  return all.filter(({ limits }) => limits.length > 0);
}

/** Time without a response of the store after which a notice is shown. */
const unresponsiveMs = 3_000;

function noticesNow(
  options: FleetServiceOptions,
  now: ClusterView,
  leads: boolean,
  unmet: readonly UnmetWarmRule[],
): string[] {
  const { cluster, notices, storeLoss } = options;
  const ageMs = cluster.storeAgeMs();
  const isLost = storeLoss() !== undefined;
  const storeNotice = `the store has not responded for ${Math.round(ageMs / 1000)} s: nothing can be registered or placed until it does`;
  return [
    ...(ageMs > unresponsiveMs && !isLost ? [storeNotice] : []),
    ...(leads || isLost ? [] : ['no controller leads: this is the last known state of one controller']),
    ...freezeNotices(now),
    ...ruleNotices(now),
    ...warmthNotices(unmet),
    ...shortageNotices(options, now),
    ...notices.list(),
  ];
}

/** Returns a notice if the plan is frozen. */
function freezeNotices({ records }: ClusterView): readonly string[] {
  const freeze = freezeInForce(records);
  return freeze === undefined
    ? []
    : [`${freezeText(freeze)}: demand and rules change no replicas; 'pareto plan resume' ends this`];
}

/** Returns a notice for each reason why processes of this controller or of connected workers share a user id. */
function shortageNotices({ userIdShortage }: FleetServiceOptions, { fleet, records }: ClusterView): readonly string[] {
  const connected = [...records.workers.values()].flatMap(
    ({ value: { info } }) => fleet.session(info.id)?.info.id ?? [],
  );
  const ofWorkers = connected.map((id) => [`worker ${id}`, fleet.lastReport(id)?.userIdShortage ?? ''] as const);
  const services = new Map<string, string[]>();
  for (const [who, text] of [['this controller', userIdShortage() ?? ''] as const, ...ofWorkers])
    services.set(text, [...(services.get(text) ?? []), who]);
  services.delete('');
  return Array.from(services, ([text, [who, ...others]]) =>
    others.length === 0 ? `${who}: ${text}` : `${who} and ${others.length} more: ${text}`,
  );
}

function listWorkers(view: ClusterView, planLog: PlanLog): wire.WorkerInput[] {
  return Array.from(view.records.workers.values(), ({ value }) => describeWorker(view, value, planLog));
}

function describeWorker(
  { fleet, prices, now, leadingSince }: ClusterView,
  { info: known, draining }: WorkerRecord,
  planLog: PlanLog,
): Complete<wire.WorkerInput> {
  const info = fleet.session(known.id)?.info ?? known;
  const report = fleet.lastReport(info.id);
  const ordered = fleet.ordered(info.id);
  const connected = fleet.presence(info.id, now, leadingSince) === 'connected';
  const departed = fleet.hasDeparted(info.id);
  const price = ({ hardwareClass, slots }: (typeof info.slotGroups)[number]): number =>
    slots * (priceOf(prices, hardwareClass.id) ?? 0);
  return {
    workerId: info.id,
    address: info.address,
    connected,
    awaited: !connected && !departed && fleet.isExpected(info.id, now, leadingSince),
    departed,
    draining: draining || report?.draining === true,
    slotGroups: info.slotGroups.map(slotGroupToWire),
    memoryBytes: info.memoryBytes,
    memoryUsedBytes: report?.memoryUsedBytes ?? 0,
    replicas: [...fleet.replicas(info.id).values()].map((replica) => describeReplica(replica, planLog)),
    measuring: (ordered && variantOf(ordered)) ?? report?.measuring ?? '',
    progress: report?.progress ?? '',
    usdPerHour: info.slotGroups.reduce((sum, group) => sum + price(group), 0),
  };
}

function describeReplica({ report, interferedAt }: LiveReplica, planLog: PlanLog): Complete<wire.ReplicaReportInput> {
  const placed = planLog.placed(report.replica);
  const placement = placed === undefined ? null : { source: placed.source ?? '', reason: placed.reason };
  return { ...replicaReportToWire({ ...report, interfered: interferedAt !== undefined }), placement };
}
