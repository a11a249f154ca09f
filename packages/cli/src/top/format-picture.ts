// The picture of the cluster as people read it: who leads, what is wrong, load, workers, what was decided.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { formatUsd } from '../format.js';
import { formatTable } from '../table.js';
import type { Paint } from '../terminal.js';
import { wrap } from '../wrap.js';
import { formatWorkers } from '../worker-table.js';
import type { Outage, Picture } from './picture.js';

export interface View {
  readonly now: Milliseconds;
  readonly router: string;
  readonly columns: number;
  readonly paint: Paint;
}

export function formatPicture(picture: Picture, view: View): string {
  const warnings = findWarnings(picture, view).map((text) =>
    wrap(`! ${text}`, view.columns).map(view.paint.yellow).join('\n'),
  );
  const { overview } = picture;
  const head = overview === undefined ? [] : wrap(formatCluster(overview), view.columns);
  const sections = overview === undefined ? [] : formatSections(overview);
  return [[...head, ...warnings].join('\n'), ...sections].join('\n\n');
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const findWarnings = ({ overview, seenAt, outage }: Picture, view: View): readonly string[] => [
  ...(outage === undefined ? [] : describeOutage(outage, seenAt, view)),
  ...(overview?.notices ?? []),
];

function describeOutage(
  { since, reason, router }: Outage,
  seenAt: Milliseconds | undefined,
  view: View,
): readonly string[] {
  const age = seconds(view.now - (seenAt ?? since));
  const told = seenAt === undefined ? `${reason}, for ${age}` : `${reason}: below is how it was ${age} ago`;
  return [told, describeRouter(router, view.router)];
}

/** What a router says while no controller answers. */
export function describeRouter(router: Outage['router'], address: string): string {
  switch (router.kind) {
    case 'serves': {
      const age = router.tableAgeMs === undefined ? '' : `, from a table of ${seconds(router.tableAgeMs)} ago`;
      return `router ${address} goes on serving${age}`;
    }
    case 'not ready':
      return `router ${address} has no table yet: it waits for a controller`;
    case 'silent':
      return `router ${address} does not answer either: --router names another`;
  }
}

function formatCluster({ cluster, leader, controllers, tableVersion, routers }: wire.OverviewResponse): string {
  // One that was started again stands twice until its old lease has ended.
  const standbys = [...new Set(controllers)].filter((address) => address !== leader);
  const led = leader === '' ? 'led by nobody' : `led by ${leader}`;
  const standing = standbys.length === 0 ? '' : `, standing by: ${standbys.join(', ')}`;
  return `cluster ${cluster}, ${led}${standing}; table ${tableVersion.slice(tableVersion.lastIndexOf(':') + 1)}, ${routers.length} router(s)`;
}

const formatSections = (overview: wire.OverviewResponse): readonly string[] => [
  overview.tasks.length === 0 ? 'no task is registered' : formatTasks(overview.tasks),
  overview.workers.length === 0 ? 'no worker has joined' : formatWorkers(overview.workers),
  overview.recentActions.length === 0 ? 'nothing was decided yet' : formatActions(overview.recentActions),
];

const rate = (perSecond: number): string => perSecond.toFixed(1);

const formatTasks = (tasks: readonly wire.TaskLoad[]): string =>
  formatTable<wire.TaskLoad>(
    [
      { title: 'TASK', cell: ({ task }) => task },
      { title: 'REQ/S', align: 'right', cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
      { title: 'REFUSED/S', align: 'right', cell: ({ refusedPerSecond }) => rate(refusedPerSecond) },
      { title: 'LATE/S', align: 'right', cell: ({ violationsPerSecond }) => rate(violationsPerSecond) },
      { title: 'USD/H', align: 'right', cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
      { title: 'READY', cell: ({ variantsReady }) => variantsReady.join(', ') },
    ],
    tasks,
  );

const shownActions = 10;

const formatActions = (actions: readonly wire.PlanAction[]): string =>
  formatTable<wire.PlanAction>(
    [
      { title: 'AGO', align: 'right', cell: ({ ageMs }) => seconds(ageMs) },
      { title: 'ACTION', cell: ({ kind }) => kind },
      { title: 'VARIANT', cell: ({ variant }) => variant },
      { title: 'WORKER', cell: ({ worker }) => worker },
      { title: 'WHY', cell: ({ reason }) => reason },
    ],
    actions.slice(0, shownActions),
  );
