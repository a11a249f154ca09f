// Rules that come to their end: the leader takes them back, and writes down that it did.

import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { ClusterView } from '../cluster/observe.js';
import { endingOf, isOver, ruleChanges } from '../registry/rule-changes.js';

export interface ExpireRulesOptions {
  readonly leader: Pick<Leader, 'write'>;
  readonly logger: Logger;
}

/** One after the other: somebody may lift one meanwhile. */
export async function expireRules(
  { leader, logger }: ExpireRulesOptions,
  { records, wallMs }: ClusterView,
): Promise<void> {
  for (const { key, value: rule, modRevision } of [...records.rules.values()]) {
    if (!isOver(rule, wallMs)) continue;
    const changes = ruleChanges(records, [endingOf(rule, 'time', wallMs)]);
    const isWritten = await leader.write([{ kind: 'revision', key, modRevision }], changes);
    if (isWritten) logger.info('rule ended', { rule: rule.id, kind: rule.kind, target: rule.target });
  }
}
