// Notices when the name of an architecture has come to mean its new version.

import type { ClusterEvent } from '../events/events.js';
import type { ClusterView } from '../cluster/observe.js';

/** To be called at every turn; tells which names mean something else than at the one before. */
export function createSuccession(): (view: Pick<ClusterView, 'served' | 'registry'>) => readonly ClusterEvent[] {
  let before: ClusterView['served'] = new Map();
  return ({ served, registry }) => {
    const succeeded = [...before].flatMap(([name, version]): readonly ClusterEvent[] => {
      const versions = registry.architectures.get(name);
      const now = served.get(name) ?? versions?.at(-1)?.version;
      if (now === undefined || now === version) return [];
      return [{ kind: 'registry', subject: name, reason: `the name means version ${now} now, no more ${version}` }];
    });
    before = served;
    return succeeded;
  };
}
