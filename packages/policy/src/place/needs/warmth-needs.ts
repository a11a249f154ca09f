// Needs of warmth rules.

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
 * Returns a need for one replica for each warm rule, the oldest rule first: of the named variant, or of the default
 * variant of the name that is not cold itself. Reports rules without a loadable variant as unmet.
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

/**
 * Returns the reason and the target of a rule's need. The CLI of release 0.1 finds the reason among notices by its
 * first words.
 */
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
  if (open.length === 0) return 'rules keep every variant cold';
  const allowed = open.filter(({ variant }) => options.served.has(variant.id));
  if (allowed.length === 0) return 'every variant is denied or quarantined';
  const [failed] = allowed.flatMap(({ measurements }) =>
    measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : [])),
  );
  if (failed !== undefined) return `measuring failed: ${failed}`;
  return 'it is not measured yet';
}
