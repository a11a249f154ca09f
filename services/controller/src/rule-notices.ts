// Tasks that rules leave without anything that may answer: operators should know. Pure.

import { denialOf } from '@pareto/policy';
import type { Scene } from './observe.js';
import type { RegistryView } from './registry-view.js';

export function ruleNotices({ registry }: Scene): readonly string[] {
  if (registry.rules.length === 0) return [];
  const silenced = [...registry.tasks.keys()].filter((task) => isSilenced(registry, task));
  return silenced.map((task) => `rules leave task ${task} nothing that may answer: see 'pareto rules'`);
}

/** Something of it could answer, if it were not for rules. */
function isSilenced({ variants, rules }: RegistryView, task: string): boolean {
  const able = [...variants.values()].filter(
    ({ variant }) => variant.task === task && variant.quarantineReason === undefined,
  );
  const pins = rules.filter((rule) => rule.kind === 'pin' && rule.task === task);
  return (
    able.length > 0 &&
    able.every(({ variant: { id, architecture } }) => {
      const isPinned = pins.length === 0 || pins.some(({ target }) => target === id || target === architecture);
      return !isPinned || denialOf({ variant: id, architecture, task }, rules) !== undefined;
    })
  );
}
