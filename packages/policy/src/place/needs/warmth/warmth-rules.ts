// Needs of warmth rules.

import { groupBy, type Task, type VariantId } from '@pareto/core';
import type { PlacementVariant } from '../../../snapshot/snapshot.js';
import { isServed } from '../../../snapshot/versions.js';
import type { PlacementWarmthRule } from '../../../snapshot/warmth.js';
import type { PlanningContext } from '../../context/context.js';
import { compareText } from '../../context/options.js';
import { pickDefaultVariant } from '../../context/pick-variant.js';
import { createNeed, type Need } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States one replica for each warm rule, the oldest rule first: of the named variant, or of the default variant of the
 * name that is not cold itself.
 */
export const warmthRules: NeedSource = {
  name: 'warmth',
  priority: 40,
  needs(context) {
    const { warmthRules: rules, variants, tasks } = context.snapshot;
    const warm = rules.filter(({ kind }) => kind === 'warm');
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
      const kind = rule.target.includes(':') ? 'variant' : rule.target === rule.task ? 'task' : 'architecture';
      return needOf(rule, kind, members[kind].get(rule.target) ?? [], known.get(rule.task), context);
    });
  },
};

function needOf(
  { target }: PlacementWarmthRule,
  kind: 'variant' | 'task' | 'architecture',
  members: readonly PlacementVariant[],
  task: Task | undefined,
  context: PlanningContext,
): readonly Need[] {
  const [first] = members;
  const id = kind === 'variant' ? first?.variant.id : task && pickVariant(members, kind, task, context);
  const options = id === undefined ? [] : (context.options.served.get(id) ?? []);
  // The CLI of release 0.1 finds the reason among notices by its first words.
  const fields = { reason: `${target} is wished to be warm`, warmTarget: target, returns: 'free' } as const;
  if (id !== undefined && options.length > 0) return [createNeed(id, options, fields)];
  if (first === undefined) return [];
  return [createNeed(first.variant.id, [], { ...fields, problem: problemOf(members, context) })];
}

function pickVariant(
  members: readonly PlacementVariant[],
  kind: 'task' | 'architecture',
  task: Task,
  context: PlanningContext,
): VariantId | undefined {
  const { snapshot, options, cold, isHosted } = context;
  const own = members
    .filter(({ variant }) => !cold.has(variant.id))
    .flatMap(({ variant }) => options.served.get(variant.id) ?? []);
  const hosted = own.filter(isHosted);
  return pickDefaultVariant(hosted.length > 0 ? hosted : own, { kind, task, rules: snapshot.rules });
}

function problemOf(members: readonly PlacementVariant[], { cold, options }: PlanningContext): Need['problem'] & {} {
  const open = members.filter(({ variant }) => !cold.has(variant.id));
  if (open.length === 0) return { cause: 'excluded', text: 'rules keep every variant cold' };
  const allowed = open.filter(({ variant }) => options.served.has(variant.id));
  if (allowed.length === 0) return { cause: 'excluded', text: 'every variant is denied or quarantined' };
  const [failed] = allowed.flatMap(({ measurements }) =>
    measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : [])),
  );
  const text = failed === undefined ? 'it is not measured yet' : `measuring failed: ${failed}`;
  return { cause: 'unmeasured', text };
}
