// Events about completed rollouts: the name of an architecture resolves to its new version.

import type { ClusterEvent } from '../events/repeats.js';
import type { ClusterView } from '../cluster/observe.js';

/**
 * Creates a function to call at every turn. It returns an event for each name that resolves to another version than at
 * the last turn.
 */
export function createRolloutEvents(): (view: Pick<ClusterView, 'served' | 'registry'>) => readonly ClusterEvent[] {
  let before: ClusterView['served'] = new Map();
  return ({ served, registry }) => {
    const completed = [...before].flatMap(([name, version]): readonly ClusterEvent[] => {
      const versions = registry.architectures.get(name);
      const now = served.get(name) ?? versions?.at(-1)?.version;
      if (now === undefined || now === version) return [];
      return [
        { kind: 'registry', subject: name, reason: `the name now resolves to version ${now} instead of ${version}` },
      ];
    });
    before = served;
    return completed;
  };
}
