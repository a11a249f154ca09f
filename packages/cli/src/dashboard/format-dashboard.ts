// Formats the dashboard: the leader, warnings, load, workers and recent actions.

import { describeLoss, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatRows, wrap, type Column } from '@pareto/report';
import { formatSpan, formatUsd } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';
import { sortTasks, taskColumns, workerColumns, type SortKey } from './load-tables.js';
import type { Outage, DashboardState } from './dashboard-state.js';

export interface View {
  readonly now: Milliseconds;
  readonly router: string;
  readonly columns: number;
  /** Height in lines. */
  readonly rows: number;
  readonly sort: SortKey;
  /** Last line, with the keys. Undefined when the dashboard is printed once. */
  readonly hint?: string;
  readonly paint: Paint;
}

export function formatDashboard(state: DashboardState, view: View): string {
  const { paint, columns, hint } = view;
  const warnings = findWarnings(state, view).map((text) => wrap(`! ${text}`, columns).map(paint.yellow).join('\n'));
  const { overview } = state;
  const head = overview === undefined ? [] : wrap(formatCluster(overview), columns).map(paint.bold);
  const top = [...head, ...warnings].join('\n');
  const foot = hint === undefined ? [] : [paint.dim(hint)];
  if (overview === undefined) return [top, ...foot].join('\n\n');
  const taken = lineCount(top) + foot.length * 2;
  return [top, ...formatSections(overview, state, view, view.rows - taken), ...foot].join('\n\n');
}

const lineCount = (text: string): number => text.split('\n').length;

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const findWarnings = ({ overview, seenAt, outage }: DashboardState, view: View): readonly string[] => [
  ...(outage === undefined ? [] : describeOutage(outage, seenAt, view)),
  ...(overview === undefined || overview.storeLoss === ''
    ? []
    : [`${describeLoss(overview.storeLoss)}: 'pareto status' shows what to do`]),
  ...(overview?.notices ?? []),
  ...describeLimits(overview?.limitsReached ?? []),
];

/** Returns one line for all limits that were reached in the last minute. */
function describeLimits(processes: readonly wire.ReachedLimits[]): readonly string[] {
  if (processes.length === 0) return [];
  const names = processes.flatMap(({ limits }) => limits.map(({ limit }) => limit));
  return [`limits reached in the last minute: ${[...new Set(names)].join(', ')}; 'pareto status' shows where`];
}

function describeOutage(
  { since, reason, router }: Outage,
  seenAt: Milliseconds | undefined,
  view: View,
): readonly string[] {
  const age = seconds(view.now - (seenAt ?? since));
  const text = seenAt === undefined ? `${reason}, for ${age}` : `${reason}; showing data from ${age} ago`;
  return [text, describeRouter(router, view.router)];
}

/** Describes the status of a router while no controller responds. */
export function describeRouter(router: Outage['router'], address: string): string {
  switch (router.kind) {
    case 'serves': {
      const age =
        router.tableAgeMs === undefined ? '' : `, with a routing table from ${seconds(router.tableAgeMs)} ago`;
      return `router ${address} is serving${age}`;
    }
    case 'not ready':
      return `router ${address} has no routing table yet and waits for a controller`;
    case 'unreachable':
      return `router ${address} is not reachable: pass another address with --router`;
  }
}

function formatCluster({ cluster, leader, controllers, routers, storeAgeMs, ...rest }: wire.OverviewResponse): string {
  // A restarted controller is listed twice until its old lease expires.
  const standbys = [...new Set(controllers)].filter((address) => address !== leader);
  const leaderText = leader === '' ? 'no leader' : `leader ${leader}`;
  const standbyText = standbys.length === 0 ? '' : `, standby ${standbys.join(', ')}`;
  const table = rest.tableVersion.slice(rest.tableVersion.lastIndexOf(':') + 1);
  const count = `${routers.length} ${routers.length === 1 ? 'router' : 'routers'}`;
  return `cluster ${cluster}, ${leaderText}${standbyText}; ${count}, table ${table}; store responded ${(storeAgeMs / 1000).toFixed(1)} s ago${formatQuality(rest.plan)}${formatSpending(rest.workers)}`;
}

/** Formats the source of the plan, its cost and, if it was solved, how much of it is above the bound at most. Empty if there is no plan. */
function formatQuality(plan: wire.PlanQuality | null): string {
  if (plan === null) return '';
  const { source, gap, usdPerHour = 0, ageMs } = plan;
  const gapText = gap === undefined ? '' : ` within ${(100 * gap).toFixed(1)} % of the bound`;
  const costText = usdPerHour > 0 ? `, at ${formatUsd(usdPerHour)} per hour` : '';
  const ageText = source === 'greedy' || source === 'frozen' ? '' : `, ${formatSpan(ageMs)} old`;
  return `; plan ${source}${gapText}${costText}${ageText}`;
}

/** Formats the cost of the workers with replicas. Empty if no worker has a price. */
function formatSpending(workers: readonly wire.Worker[]): string {
  if (workers.every(({ usdPerHour }) => usdPerHour <= 0)) return '';
  const used = workers.filter(({ connected, replicas }) => connected && replicas.length > 0);
  return `; workers with replicas cost ${formatUsd(used.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0))} per hour`;
}

interface Section {
  readonly empty: string;
  readonly lines: readonly string[];
  /** Minimum number of lines, including the title. */
  readonly minLines: number;
}

/** Formats the tasks, the workers, and the recent actions, which get the remaining lines. */
function formatSections(
  overview: wire.OverviewResponse,
  state: DashboardState,
  view: View,
  rows: number,
): readonly string[] {
  const { paint, sort } = view;
  const table = <Row>(columns: readonly Column<Row>[], all: readonly Row[]): readonly string[] =>
    all.length === 0
      ? []
      : formatRows(columns, all, { paintTitles: paint.dim, width: view.columns, cutsTexts: view.hint !== undefined });
  const sections: readonly Section[] = [
    {
      empty: 'no task is registered',
      lines: table(taskColumns(view.hint === undefined ? undefined : sort, paint), sortTasks(overview.tasks, sort)),
      minLines: 4,
    },
    { empty: 'no worker has joined', lines: table(workerColumns(state.busy, paint), overview.workers), minLines: 3 },
    {
      empty: 'no actions yet',
      lines: table(actionColumns, overview.recentActions.slice(0, shownActions)),
      minLines: 0,
    },
  ];
  return cutSections(sections, rows);
}

/** Removes lines from the last section to the first until all fit. Counts an empty line before each section. */
function cutSections(sections: readonly Section[], rows: number): readonly string[] {
  const sizes = sections.map(({ lines }) => Math.max(1, lines.length));
  let excess = sizes.reduce((sum, size) => sum + size + 1, 0) - rows;
  for (let i = sections.length - 1; i >= 0 && excess > 0; i -= 1) {
    const size = sizes[i] ?? 0;
    // A title without rows is omitted.
    const left = Math.max(sections[i]?.minLines ?? 0, size - excess);
    const shown = left < 2 ? 0 : Math.min(size, left);
    excess -= size - shown + (shown === 0 ? 1 : 0);
    sizes[i] = shown;
  }
  return sections.flatMap(({ lines, empty }, i) => {
    const size = sizes[i] ?? 0;
    if (size === 0) return [];
    if (lines.length === 0) return [empty];
    return [(lines.length <= size ? lines : [...lines.slice(0, size - 1), more(lines.length - size + 1)]).join('\n')];
  });
}

const more = (count: number): string => `… ${count} more`;

const shownActions = 10;

const actionColumns: readonly Column<wire.PlanAction>[] = [
  { title: 'AGO', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
  { title: 'ACTION', cell: ({ kind }) => kind },
  { title: 'VARIANT', cell: ({ variant }) => variant },
  { title: 'WORKER', drop: 2, cell: ({ worker }) => worker },
  { title: 'REASON', text: true, drop: 1, cell: ({ reason }) => reason },
];
