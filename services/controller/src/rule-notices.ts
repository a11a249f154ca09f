// Tasks that rules leave without anything that may answer: operators should know. Pure.

import { isDenied, isNamedBy, type PlacementVariant } from '@pareto/policy';
import { servedVariants, type Scene } from './observe.js';
import type { RegistryView } from './registry-view.js';

export function ruleNotices(scene: Scene): readonly string[] {
  const { rules, tasks } = scene.registry;
  if (rules.length === 0) return [];
  const variants = servedVariants(scene);
  const silenced = [...tasks.keys()].filter((task) => isSilenced({ variants, rules }, task));
  return silenced.map((task) => `rules leave task ${task} nothing that may answer: see 'pareto rules'`);
}

interface Served {
  readonly variants: readonly PlacementVariant[];
  readonly rules: RegistryView['rules'];
}

/** Something of it could answer, if it were not for rules. */
function isSilenced({ variants, rules }: Served, task: string): boolean {
  const able = variants.filter(({ variant }) => variant.task === task && variant.quarantineReason === undefined);
  const pins = rules.filter((rule) => rule.kind === 'pin' && rule.task === task);
  return (
    able.length > 0 &&
    able.every(({ variant }) => {
      const isPinned = pins.length === 0 || pins.some((pin) => isNamedBy({ ...variant, variant: variant.id }, pin));
      return !isPinned || isDenied(variant, rules);
    })
  );
}
