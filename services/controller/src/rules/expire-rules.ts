// Expiry of rules: the leader removes expired rules and records their end.

import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { ClusterView } from '../cluster/observe.js';
import { endingOf, isOver, ruleChanges } from '../registry/rule-changes.js';

export interface ExpireRulesOptions {
  readonly leader: Pick<Leader, 'write'>;
  readonly logger: Logger;
}

/** Removes expired rules one by one, because each may be removed by an operator at the same time. */
export async function expireRules(
  { leader, logger }: ExpireRulesOptions,
  { records, wallMs }: ClusterView,
): Promise<void> {
  for (const { key, value: rule, modRevision } of [...records.rules.values()]) {
    if (!isOver(rule, wallMs)) continue;
    const changes = ruleChanges(records, [endingOf(rule, 'time', wallMs)]);
    const isWritten = await leader.write([{ kind: 'revision', key, modRevision }], changes);
    if (isWritten) logger.info('rule expired', { rule: rule.id, kind: rule.kind, target: rule.target });
  }
}
