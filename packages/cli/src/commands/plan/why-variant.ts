// Why a variant has its replicas, or none. Pure.

import type { wire } from '@pareto/protocol';
import { formatTable, wrap } from '@pareto/report';
import { count, formatSpan } from '../../terminal/format.js';
import type { PlanView } from '../../plans/format-plan.js';

export interface WhyVariant {
  readonly variant: string;
  /** Replicas in the plan in force, by class. */
  readonly replicas: readonly wire.PlannedReplicas[];
  /** Replicas that the plan in force could not provide. */
  readonly unmet: readonly wire.UnmetNeed[];
  /** Set if the plan is frozen. */
  readonly isFrozen: boolean;
  /** Changes of the last day, newest first. */
  readonly changes: readonly VariantChange[];
}

interface VariantChange extends Pick<wire.PlanAction, 'kind' | 'worker' | 'reason'> {
  readonly revision: number;
  readonly ageMs: number;
}

export const whyVariant = (variant: string, { current, plans, freeze }: wire.ListPlansResponse): WhyVariant => ({
  ...{ variant, replicas: current?.replicas ?? [], unmet: current?.unmetNeeds ?? [] },
  isFrozen: freeze !== null,
  changes: plans.flatMap(({ revision, ageMs, actions }) =>
    actions.map(({ kind, worker, reason }) => ({ revision, ageMs, kind, worker, reason })),
  ),
});

/** Number of the changes that are shown. `-o json` has all. */
const maxChanges = 20;

export function formatWhy(
  { variant, replicas, unmet, isFrozen, changes }: WhyVariant,
  { width, paint }: PlanView,
): string {
  const facts = [
    ...replicas.map((row) => `${variant} has ${countOf(row)} on ${row.hardwareClass}: ${reasonOf(row)}`),
    ...unmet.map(({ reason }) => `a replica is lacking: ${reason}`),
    ...(replicas.length === 0 && unmet.length === 0 ? [noneText(variant, isFrozen, changes)] : []),
  ];
  const shown = changes.slice(0, maxChanges);
  const table =
    shown.length === 0
      ? []
      : [
          formatTable<VariantChange>(
            [
              { title: 'PLAN', align: 'right', cell: ({ revision }) => String(revision) },
              { title: 'AGE', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
              { title: 'ACTION', cell: ({ kind }) => kind },
              { title: 'WORKER', cell: ({ worker }) => worker },
              { title: 'REASON', text: true, cell: ({ reason }) => reason },
            ],
            shown,
            { width, paintTitles: paint.bold },
          ),
        ];
  return [facts.flatMap((text) => wrap(text, width)).join('\n'), ...table].join('\n\n');
}

const countOf = ({ replicas, version }: wire.PlannedReplicas): string =>
  `${count(replicas, 'replica')}${version === 1 ? '' : ` of version ${version}`}`;

const reasonOf = ({ source, reason }: wire.PlannedReplicas): string =>
  source === '' ? reason || 'no need, until it is unloaded as surplus' : `${source}: ${reason}`;

function noneText(variant: string, isFrozen: boolean, changes: readonly VariantChange[]): string {
  const last = changes.find(({ kind }) => kind === 'unload');
  const since = last === undefined ? '' : `; the last one was unloaded ${formatSpan(last.ageMs)} ago: ${last.reason}`;
  const why = isFrozen ? 'the plan is frozen without one' : 'no need asks for one';
  return `${variant} has no replica, because ${why}${since}`;
}
