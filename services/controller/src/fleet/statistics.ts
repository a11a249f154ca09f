// The protocol's statistics: the counters in the store plus the counts since, which are requested from the workers.

import { milliseconds, type Clock, type VariantId, type WorkerId } from '@pareto/core';
import type { FleetParams, FleetState } from '@pareto/policy';
import { inferCountsToWire, type wire } from '@pareto/protocol';
import { type ServerCall } from '@pareto/rpc';
import { addCounts, inferCountsAt, type VariantCounts } from '../loads/counters.js';
import type { Leader, Term } from '../leadership/leadership.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Mirror } from '../storage/mirror.js';
import type { RecordView } from '../storage/record-tables.js';
import { counterKey, type CounterRecord } from '../storage/records.js';
import type { ReportRequester } from './report-requester.js';

export interface StatisticsOptions {
  readonly leader: Pick<Leader, 'require'>;
  readonly mirror: Pick<Mirror, 'records'>;
  readonly fleet: Pick<FleetState, 'session' | 'presence' | 'lastReport' | 'replicas'>;
  readonly loads: Pick<LoadFlusher, 'uncounted'>;
  readonly reportRequester: Pick<ReportRequester, 'requestReports'>;
  readonly params: Pick<FleetParams, 'firstJoinMs'>;
  readonly clock: Clock;
}

type Statistics = (
  request: wire.StatisticsRequest,
  call: Pick<ServerCall, 'receivedAt' | 'signal'>,
) => Promise<wire.StatisticsResponseInput>;

const pollMs = milliseconds(50);

/**
 * Creates the handler. It throws `notLeaderError()` unless this controller leads, because workers report to the leader
 * only.
 */
export function createStatistics(options: StatisticsOptions): Statistics {
  const { leader, mirror, loads, reportRequester, clock } = options;
  return async ({ variants }, call) => {
    const isRequested = variantFilter(variants);
    await waitForReturn(options, leader.require(), isRequested, call.signal);
    await reportRequester.requestReports(holdersOf(options, isRequested), call);
    leader.require();
    return { variants: statisticsNow(mirror.records, loads.uncounted(), isRequested, clock.wallMs()) };
  };
}

type VariantFilter = (variant: VariantId) => boolean;

function variantFilter(variants: readonly string[]): VariantFilter {
  const requested = new Set<string>(variants);
  return (variant) => requested.size === 0 || requested.has(variant);
}

/**
 * Waits until workers that held a requested variant have rejoined a new leader, for as long as the leader awaits them.
 * They went on counting while no controller led, so otherwise counts would go backwards.
 */
async function waitForReturn(
  { mirror, fleet, params, clock }: StatisticsOptions,
  { since }: Term,
  isRequested: VariantFilter,
  signal: AbortSignal,
): Promise<void> {
  const isMissed = (id: WorkerId): boolean =>
    fleet.session(id) === undefined
      ? fleet.presence(id, clock.now(), since) === 'awaited'
      : fleet.lastReport(id) === undefined;
  const isAnyMissed = (): boolean =>
    [...mirror.records.loads.values()].some(
      ({ value: { worker, present, replicas } }) =>
        present && replicas.some(({ variant }) => isRequested(variant)) && isMissed(worker),
    );
  while (clock.now() - since < params.firstJoinMs && !signal.aborted && isAnyMissed())
    await clock.sleep(pollMs, signal).catch(() => undefined);
}

/** Returns the connected workers that have a replica or an assignment of a requested variant. */
function holdersOf({ mirror, fleet }: StatisticsOptions, isRequested: VariantFilter): readonly WorkerId[] {
  const assigned = Array.from(mirror.records.assignments.values(), ({ value }) => value);
  const to = new Set(assigned.flatMap(({ worker, variant }) => (isRequested(variant) ? [worker] : [])));
  const ids = Array.from(mirror.records.workers.values(), ({ value }) => value.info.id);
  return ids.filter((id) => {
    const has = [...fleet.replicas(id).values()].some(({ report }) => isRequested(report.variant));
    return fleet.session(id) !== undefined && (has || to.has(id));
  });
}

/** Returns the statistics of every requested variant in each registered version, including variants without counts. */
function statisticsNow(
  { variants, counters }: Pick<RecordView, 'variants' | 'counters'>,
  uncounted: readonly VariantCounts[],
  isRequested: VariantFilter,
  wallMs: number,
): wire.VariantStatisticsInput[] {
  const beyond = new Map<string, CounterRecord>();
  for (const { variant, version, ...more } of uncounted) {
    const key = counterKey(variant, version);
    beyond.set(key, addCounts(beyond.get(key), more));
  }
  return [...variants.values()].flatMap(({ value: { id: variant, version } }) => {
    if (!isRequested(variant)) return [];
    const key = counterKey(variant, version);
    const more = beyond.get(key);
    const counted = counters.get(key)?.value;
    const all = more === undefined ? counted : addCounts(counted, more);
    const { items = 0, executions = 0 } = all ?? {};
    return [
      { variant, version, items, executions, ...(all && { counts: inferCountsToWire(inferCountsAt(all, wallMs)) }) },
    ];
  });
}
