// Re-measurement on request, together with another attempt at recipes that failed.

import { parseTarget, type Architecture, type RecipeOutcome } from '@pareto/core';
import type { Operation } from '@pareto/state';
import { notFound } from './not-found.js';
import type { RegistryView } from './registry-view.js';
import type { RegisterContext } from './register-context.js';
import { remeasure } from './remeasure.js';
import { writeUnchanged } from '../leadership/write-all.js';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { architectureKey, measurementKey, outcomeKey } from '../storage/records.js';

/**
 * Re-measures a variant or an architecture's current version. Returns undefined after a conflicting write. Throws
 * `not-found`.
 */
export async function reprofile(
  { leader, mirror }: Pick<RegisterContext, 'leader' | 'mirror'>,
  registry: RegistryView,
  name: string,
): Promise<true | undefined> {
  const { records } = mirror;
  const { architecture, operations } = planReprofile(registry, records, name);
  const key = architectureKey(architecture.name, architecture.version);
  const known = records.architectures.get(key);
  if (known === undefined) throw notFound('variant or architecture', name);
  return (await writeUnchanged(leader, records, operations, [unchangedSince(key, known)])) || undefined;
}

function planReprofile(
  registry: RegistryView,
  records: Pick<RecordView, 'measurements'>,
  name: string,
): { architecture: Architecture; operations: readonly Operation[] } {
  const target = parseTarget(name);
  const architecture = registry.architectures.get(target.kind === 'name' ? target.name : target.architecture)?.at(-1);
  if (architecture === undefined) throw notFound('variant or architecture', name);
  const own = [...registry.variants.values()].filter(({ variant }) => variant.architecture === architecture.name);
  const variants = target.kind === 'name' ? own : own.filter(({ variant }) => variant.id === target.variant);
  const recipe = target.kind === 'name' ? undefined : recipeIn(target.variant);
  const failed = (registry.outcomes.get(architecture.name) ?? []).filter(
    (outcome) => outcome.result.kind === 'failed' && (recipe === undefined || outcome.recipe === recipe),
  );
  if (target.kind === 'variant' && variants.length + failed.length === 0) throw notFound('variant', name);
  const measurements = variants.flatMap((variant) =>
    variant.measurements.flatMap((one) => records.measurements.get(measurementKey(one)) ?? []),
  );
  return { architecture, operations: [...measurements.flatMap(remeasure), ...failed.map(regenerate)] };
}

const recipeIn = (variant: string): string => variant.slice(variant.indexOf(':') + 1).split('@')[0] ?? '';

const regenerate = (outcome: RecipeOutcome): Operation => ({ kind: 'delete', key: outcomeKey(outcome) });
