// What replicas are needed for because somebody wishes it warm.

import { groupBy, type Task, type VariantId } from '@pareto/core';
import { pickDefaultVariant } from './pick-default-variant.js';
import type { Ledger } from '../ledger/ledger.js';
import { hostedBy, need, type PlanningContext } from './needs.js';
import { compareText } from '../ledger/options.js';
import { unmetNeed, type Need } from './satisfy.js';
import type { PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed } from '../../snapshot/versions.js';
import type { PlacementWarmthRule } from '../../snapshot/warmth.js';

/**
 * One replica for each wish, the oldest wish first: of the variant that is named, or of the one that suits the name best and is not
 * cold itself. What nothing could be loaded of is told as unmet.
 */
export function warmthNeeds(ledger: Ledger, context: PlanningContext): readonly Need[] {
  const { warmthRules, variants, tasks } = context.snapshot;
  const warm = warmthRules.filter(({ kind }) => kind === 'warm');
  if (warm.length === 0) return [];
  const served = variants.filter((one) => isServed(one, context.versions));
  const members = {
    task: groupBy(served, ({ variant }) => variant.task),
    architecture: groupBy(served, ({ variant }) => variant.architecture),
    variant: groupBy(served, ({ variant }): string => variant.id),
  };
  const known = new Map(tasks.map((task) => [task.name, task]));
  const ordered = warm.toSorted((a, b) => a.since - b.since || compareText(a.target, b.target));
  return ordered.flatMap((rule): readonly Need[] => {
    const task = known.get(rule.task);
    const kind = rule.target.includes(':') ? 'variant' : rule.target === rule.task ? 'task' : 'architecture';
    const own = members[kind].get(rule.target) ?? [];
    const id = kind === 'variant' ? own[0]?.variant.id : task && pickVariant(own, kind, task, context);
    const options = id === undefined ? [] : (context.options.served.get(id) ?? []);
    if (options.length > 0) return [need(options, wantedWarm(rule))];
    const [first] = own;
    if (first !== undefined) ledger.unmet(unmetNeed(wantedWarm(rule), first.variant.id, unmetReason(own, context)));
    return [];
  });
}

/** The CLI of release 0.1 finds the reason among a controller's notices by its first words. */
const wantedWarm = ({ target }: PlacementWarmthRule): Pick<Need, 'reason' | 'warmTarget'> => ({
  reason: `${target} is wished to be warm`,
  warmTarget: target,
});

function pickVariant(
  members: readonly PlacementVariant[],
  kind: 'task' | 'architecture',
  task: Task,
  context: PlanningContext,
): VariantId | undefined {
  const { snapshot, options, cold } = context;
  const own = members
    .filter(({ variant }) => !cold.has(variant.id))
    .flatMap(({ variant }) => options.served.get(variant.id) ?? []);
  const hosted = own.filter(hostedBy(snapshot));
  return pickDefaultVariant(hosted.length > 0 ? hosted : own, { kind, task, rules: snapshot.rules });
}

function unmetReason(members: readonly PlacementVariant[], { cold, options }: PlanningContext): string {
  const open = members.filter(({ variant }) => !cold.has(variant.id));
  if (open.length === 0) return 'each variant is wished to be cold';
  const allowed = open.filter(({ variant }) => options.served.has(variant.id));
  if (allowed.length === 0) return 'what there is of it is denied or quarantined';
  const [failed] = allowed.flatMap(({ measurements }) =>
    measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : [])),
  );
  if (failed !== undefined) return `measuring it failed: ${failed}`;
  return 'it is to be measured first';
}
