// What the protocol's statistics are made of: the counters in the store, and what workers have counted since, who are asked for it.

import { milliseconds, type Clock, type VariantId, type WorkerId } from '@pareto/core';
import { inferCountsToWire, type wire } from '@pareto/rpc';
import { addCounts, inferCountsAt, type VariantCounts } from '../loads/counters.js';
import type { FleetState } from './fleet-state.js';
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
  readonly clock: Clock;
}

type Statistics = (
  request: wire.StatisticsRequest,
  call: { readonly signal: AbortSignal },
) => Promise<wire.StatisticsResponseInput>;

/** How long a new leader waits for workers that went on counting while nobody led. */
const returnMs = 5_000;
const pollMs = milliseconds(50);

/** Throws where the leader is when that is another controller: it alone hears workers. */
export function createStatistics(options: StatisticsOptions): Statistics {
  const { leader, mirror, loads, reportRequester, clock } = options;
  return async ({ variants }, { signal }) => {
    const isRequested = variantFilter(variants);
    await waitForReturn(options, leader.require(), isRequested, signal);
    await reportRequester.requestReports(holdersOf(options, isRequested), signal);
    leader.require();
    return { variants: statisticsNow(mirror.records, loads.uncounted(), isRequested, clock.wallMs()) };
  };
}

type VariantFilter = (variant: VariantId) => boolean;

function variantFilter(variants: readonly string[]): VariantFilter {
  const requested = new Set<string>(variants);
  return (variant) => requested.size === 0 || requested.has(variant);
}

/** Until workers that held what is asked about have come back to a new leader: else counts would go backwards. */
async function waitForReturn(
  { mirror, fleet, clock }: StatisticsOptions,
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
  while (clock.now() - since < returnMs && !signal.aborted && isAnyMissed())
    await clock.sleep(pollMs, signal).catch(() => undefined);
}

/** Connected workers that have such a variant, or are to have it. */
function holdersOf({ mirror, fleet }: StatisticsOptions, isRequested: VariantFilter): readonly WorkerId[] {
  const assigned = Array.from(mirror.records.assignments.values(), ({ value }) => value);
  const to = new Set(assigned.flatMap(({ worker, variant }) => (isRequested(variant) ? [worker] : [])));
  const ids = Array.from(mirror.records.workers.values(), ({ value }) => value.info.id);
  return ids.filter((id) => {
    const has = [...fleet.replicas(id).values()].some(({ report }) => isRequested(report.variant));
    return fleet.session(id) !== undefined && (has || to.has(id));
  });
}

/** Of every registered variant that is asked about, in each of its versions; nothing counted yet is told too. */
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
