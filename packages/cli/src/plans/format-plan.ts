// Texts and tables of plans. Pure.

import type { wire } from '@pareto/protocol';
import { formatTable, wrap } from '@pareto/report';
import { perSecond } from '../dashboard/load-tables.js';
import { count, formatMs, formatSpan, formatUsd } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';

export interface PlanView {
  readonly width: number;
  readonly paint: Paint;
}

/** Formats a plan with its details. */
export function formatPlan(plan: wire.RecordedPlan, freeze: wire.PlanFreeze | null, view: PlanView): string {
  const { demands, replicas, classes, unmetNeeds, omitted } = plan;
  const short = classes.filter(({ congestionUsdPerHour }) => congestionUsdPerHour > 0);
  const more = omitted > 0 ? [`${omitted} more rows were not recorded`] : [];
  return [
    wrap(headOf(plan, freeze), view.width).join('\n'),
    ...(replicas.length === 0 ? ['no replicas'] : [formatReplicas(replicas, view), ...more]),
    ...(demands.length === 0 ? [] : [formatDemands(demands, view)]),
    ...(short.length === 0 ? [] : [formatShort(short, view)]),
    ...(unmetNeeds.length === 0 ? [] : [formatUnmet(unmetNeeds, view)]),
  ].join('\n\n');
}

/** Returns e.g. `plan 12, 3 min ago: exact, at the proven bound of $0.08 per hour; 2 replicas on 4 slots ($0.10 per hour), for 30 items/s`. */
function headOf(plan: wire.RecordedPlan, freeze: wire.PlanFreeze | null): string {
  const { revision, ageMs } = plan;
  const name =
    ageMs === 0 ? `the plan in force, unchanged since plan ${revision}` : `plan ${revision}, ${formatSpan(ageMs)} ago`;
  const head = revision === 0 ? 'the plan in force, which has changed nothing yet' : name;
  const quality = freeze === null ? describeQuality(plan.quality) : freezeFact(freeze);
  return `${head}: ${quality}; ${extentOf(plan)}`;
}

/** Returns e.g. `2 replicas on 4 slots ($0.10 per hour), for 30 items/s`. */
export function extentOf({ replicaCount, slots, classes, itemsPerSecond }: wire.RecordedPlan): string {
  const demand = itemsPerSecond > 0 ? `for ${perSecond(itemsPerSecond)} items/s` : 'without demand';
  const usdPerHour = classes.reduce((sum, one) => sum + one.slots * one.usdPerHour, 0);
  const price = usdPerHour > 0 ? ` (${formatUsd(usdPerHour)} per hour)` : '';
  return `${count(replicaCount, 'replica')} on ${count(slots, 'slot')}${price}, ${demand}`;
}

/** Returns e.g. `frozen at plan 12 by ada, 3 min ago: too many loads`. */
export function freezeFact({ revision, ageMs, actor, reason }: wire.PlanFreeze): string {
  const at = revision === 0 ? '' : ` at plan ${revision}`;
  return `frozen${at}${actor === '' ? '' : ` by ${actor}`}, ${formatSpan(ageMs)} ago${reason === '' ? '' : `: ${reason}`}`;
}

export function describeQuality(quality: wire.PlanQuality | null): string {
  if (quality === null) return 'of unknown quality';
  const { source, gap, usdPerHour, ageMs } = quality;
  const cost = `${formatUsd(usdPerHour ?? 0)} per hour`;
  if (gap === undefined || usdPerHour === undefined) {
    const from = source === 'stale' ? `stale, from a solution ${formatSpan(ageMs)} old` : source;
    return usdPerHour ? `${from}, ${cost}` : from;
  }
  return gap < 5e-4
    ? `${source}, at the proven bound of ${cost}`
    : `${source}, ${cost}, of which at most ${(100 * gap).toFixed(1)} % are above the proven bound`;
}

const formatReplicas = (rows: readonly wire.PlannedReplicas[], { width, paint }: PlanView): string =>
  formatTable<wire.PlannedReplicas>(
    [
      { title: 'VARIANT', cell: variantCell },
      { title: 'CLASS', drop: 1, cell: ({ hardwareClass }) => hardwareClass },
      { title: 'REPLICAS', align: 'right', cell: ({ replicas }) => String(replicas) },
      { title: 'SOURCE', cell: ({ source }) => source || '-' },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
    ],
    rows,
    { width, paintTitles: paint.bold },
  );

/** Returns the variant, with its version unless that is the first. */
export const variantCell = ({ variant, version }: { readonly variant: string; readonly version: number }): string =>
  version === 1 ? variant : `${variant} v${version}`;

const formatDemands = (rows: readonly wire.PlannedDemand[], { width, paint }: PlanView): string =>
  formatTable<wire.PlannedDemand>(
    [
      { title: 'DEMAND OF', cell: ({ task }) => task },
      { title: 'ITEMS/S', align: 'right', cell: ({ itemsPerSecond }) => perSecond(itemsPerSecond) },
      { title: 'WITHIN', align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs) },
      { title: 'PREFERS', cell: ({ variant, prefersAccuracy }) => `${variant}${prefersAccuracy ? ' (accuracy)' : ''}` },
    ],
    rows,
    { width, paintTitles: paint.bold },
  );

const formatShort = (rows: readonly wire.PlannedClass[], { width, paint }: PlanView): string =>
  formatTable<wire.PlannedClass>(
    [
      { title: 'SHORT OF', cell: ({ hardwareClass }) => hardwareClass },
      { title: 'SLOTS', align: 'right', cell: ({ slots }) => String(slots) },
      { title: 'USD/H', align: 'right', drop: 1, cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
      {
        title: 'WORTH MORE',
        align: 'right',
        cell: ({ congestionUsdPerHour }) => `+ ${formatUsd(congestionUsdPerHour)} per hour`,
      },
    ],
    rows,
    { width, paintTitles: paint.bold },
  );

export const formatUnmet = (rows: readonly wire.UnmetNeed[], { width, paint }: PlanView): string =>
  formatTable<wire.UnmetNeed>(
    [
      { title: 'UNMET', cell: ({ variant }) => variant },
      { title: 'LACKS', cell: ({ cause }) => cause },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
    ],
    rows,
    { width, paintTitles: paint.bold },
  );

/** Formats the plans of the history, newest first. */
export function formatHistory(plans: readonly wire.RecordedPlan[], { width, paint }: PlanView): string {
  if (plans.length === 0) return 'no plan has changed replicas in the last day';
  return formatTable<wire.RecordedPlan>(
    [
      { title: 'PLAN', align: 'right', cell: ({ revision }) => String(revision) },
      { title: 'AGE', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
      { title: 'SOURCE', cell: ({ quality }) => quality?.source ?? '' },
      { title: 'USD/H', align: 'right', drop: 2, cell: ({ quality }) => usdCell(quality) },
      { title: 'GAP', align: 'right', drop: 3, cell: ({ quality }) => gapCell(quality) },
      { title: 'ITEMS/S', align: 'right', cell: ({ itemsPerSecond }) => perSecond(itemsPerSecond) },
      { title: 'SLOTS', align: 'right', drop: 4, cell: ({ slots }) => String(slots) },
      { title: 'REPLICAS', align: 'right', cell: ({ replicaCount }) => String(replicaCount) },
      { title: 'LOADS', align: 'right', cell: ({ loads }) => String(loads) },
      { title: 'UNLOADS', align: 'right', cell: ({ unloads }) => String(unloads) },
    ],
    plans,
    { width, paintTitles: paint.bold },
  );
}

const usdCell = (quality: wire.PlanQuality | null): string =>
  quality?.usdPerHour === undefined ? '-' : formatUsd(quality.usdPerHour);
const gapCell = (quality: wire.PlanQuality | null): string =>
  quality?.gap === undefined ? '-' : `${(100 * quality.gap).toFixed(1)} %`;
