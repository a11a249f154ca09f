// Texts of previews. Pure.

import type { wire } from '@pareto/protocol';
import { wrap } from '@pareto/report';
import { formatSpan } from '../terminal/format.js';
import { diffPlans, differenceTables } from './diff-plans.js';
import { describeQuality, extentOf, formatUnmet, type PlanView } from './format-plan.js';

/** Formats what plans would lead to, and what differs from the plan in force. */
export function formatPreview({ current, preview, settled, loadMs }: wire.PreviewResponse, view: PlanView): string {
  if (preview === null) return 'no preview';
  const tables = current === null ? [] : differenceTables(diffPlans(current, preview), view);
  const load = loadMs > 0 ? `; new replicas are ready ${aboutSpan(loadMs)} after their loads begin` : '';
  const more = settled ? '' : '; plans would still change replicas after 30 turns';
  const head = `plans would lead to: ${describeQuality(preview.quality)}; ${extentOf(preview)}${load}${more}`;
  const { unmetNeeds } = preview;
  return [
    wrap(tables.length === 0 ? `${head}; nothing differs from the plan in force` : head, view.width).join('\n'),
    ...tables,
    ...(unmetNeeds.length === 0 ? [] : [formatUnmet(unmetNeeds, view)]),
  ].join('\n\n');
}

const aboutSpan = (ms: number): string => `about ${formatSpan(Math.max(1_000, ms))}`;

/** Returns why a preview leaves queries unanswered. Undefined if it answers all. */
export function unansweredReason({ current, preview }: wire.PreviewResponse): string | undefined {
  const [need] = (preview?.unmetNeeds ?? []).filter(({ source }) => source === 'demand');
  if (need === undefined) return undefined;
  const { variant, cause, reason } = need;
  const isKnown = current?.unmetNeeds.some((one) => one.variant === variant && one.cause === cause) === true;
  return `${variant}: ${reason}${isKnown ? ', as in the plan in force' : ''}`;
}
