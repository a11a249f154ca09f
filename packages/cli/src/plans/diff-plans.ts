// The difference between two plans. Pure.

import type { wire } from '@pareto/protocol';
import { formatTable } from '@pareto/report';
import { perSecond } from '../dashboard/load-tables.js';
import { formatMs, formatUsd } from '../terminal/format.js';
import { variantCell, type PlanView } from './format-plan.js';

/** A value in both plans. 0 if a plan does not have it. */
interface Change {
  readonly before: number;
  readonly after: number;
}

export interface PlanDifference {
  /** The revisions of the plans. */
  readonly from: number;
  readonly to: number;
  readonly replicas: readonly (Pick<wire.PlannedReplicas, 'variant' | 'version' | 'hardwareClass'> & Change)[];
  /** Items per second. */
  readonly demands: readonly (Pick<wire.PlannedDemand, 'task' | 'variant' | 'latencyMs'> & Change)[];
  readonly slots: readonly (Pick<wire.PlannedClass, 'hardwareClass'> & Change)[];
  /** Missing if one of the plans has no cost. */
  readonly usdPerHour?: Change;
}

/** Changes of a demand below this part of it are left out. */
const leastChange = 0.01;

/** Returns what differs between two plans with their details. */
export function diffPlans(before: wire.RecordedPlan, after: wire.RecordedPlan): PlanDifference {
  const [usdBefore, usdAfter] = [before.quality?.usdPerHour, after.quality?.usdPerHour];
  return {
    ...{ from: before.revision, to: after.revision },
    replicas: changes(before.replicas, after.replicas, {
      keyOf: ({ variant, version, hardwareClass }) => ({ variant, version, hardwareClass }),
      valueOf: ({ replicas }) => replicas,
    }),
    demands: changes(before.demands, after.demands, {
      keyOf: ({ task, variant, latencyMs }) => ({ task, variant, latencyMs }),
      valueOf: ({ itemsPerSecond }) => itemsPerSecond,
    }).filter((one) => Math.abs(one.after - one.before) >= leastChange * Math.max(one.before, one.after)),
    slots: changes(before.classes, after.classes, {
      keyOf: ({ hardwareClass }) => ({ hardwareClass }),
      valueOf: ({ slots }) => slots,
    }),
    ...(usdBefore !== undefined && usdAfter !== undefined && { usdPerHour: { before: usdBefore, after: usdAfter } }),
  };
}

interface Rows<Row, Key> {
  readonly keyOf: (row: Row) => Key;
  readonly valueOf: (row: Row) => number;
}

/** Returns the rows whose values differ. Rows with the same key are added up. */
function changes<Row, Key extends object>(
  before: readonly Row[],
  after: readonly Row[],
  { keyOf, valueOf }: Rows<Row, Key>,
): readonly (Key & Change)[] {
  const rows = new Map<string, Key & { before: number; after: number }>();
  for (const [side, list] of [['before', before] as const, ['after', after] as const]) {
    for (const row of list) {
      const key = keyOf(row);
      const text = JSON.stringify(key);
      const own = rows.get(text) ?? { ...key, before: 0, after: 0 };
      own[side] += valueOf(row);
      rows.set(text, own);
    }
  }
  return [...rows.values()].filter((one) => one.before !== one.after);
}

export function formatDiff(difference: PlanDifference, view: PlanView): string {
  const { from, to, usdPerHour } = difference;
  const tables = differenceTables(difference, view);
  const cost =
    usdPerHour === undefined ? '' : `, from ${formatUsd(usdPerHour.before)} to ${formatUsd(usdPerHour.after)} per hour`;
  return [`from plan ${from} to plan ${to}${cost}${tables.length === 0 ? ': no difference' : ''}`, ...tables].join(
    '\n\n',
  );
}

/** Returns tables of what differs. Empty if nothing does. */
export function differenceTables(
  { replicas, demands, slots }: Pick<PlanDifference, 'replicas' | 'demands' | 'slots'>,
  { width, paint }: PlanView,
): readonly string[] {
  const table = <Row extends Change>(
    titles: readonly { readonly title: string; readonly cell: (row: Row) => string }[],
    rows: readonly Row[],
    text: (value: number) => string,
  ): readonly string[] =>
    rows.length === 0
      ? []
      : [
          formatTable<Row>(
            [
              ...titles,
              { title: 'BEFORE', align: 'right', cell: ({ before }) => text(before) },
              { title: 'AFTER', align: 'right', cell: ({ after }) => text(after) },
            ],
            rows,
            { width, paintTitles: paint.bold },
          ),
        ];
  return [
    ...table(
      [
        { title: 'REPLICAS OF', cell: variantCell },
        { title: 'CLASS', cell: ({ hardwareClass }) => hardwareClass },
      ],
      replicas,
      String,
    ),
    ...table(
      [
        { title: 'ITEMS/S OF', cell: ({ task }) => task },
        { title: 'PREFERS', cell: ({ variant }) => variant },
        { title: 'WITHIN', cell: ({ latencyMs }) => formatMs(latencyMs) },
      ],
      demands,
      perSecond,
    ),
    ...table([{ title: 'SLOTS OF', cell: ({ hardwareClass }) => hardwareClass }], slots, String),
  ];
}
