// Formats a rule in a few words.

import type { wire } from '@pareto/protocol';
import { formatSpan } from '../terminal/format.js';

export const taskOf = ({ task }: wire.Rule): string => (task === '' ? 'every task' : task);

/** Returns e.g. `deny mlp-tiny:int4 of every task` or `warm digits`. */
export const formatRule = (rule: wire.Rule): string =>
  rule.target === rule.task ? `${rule.kind} ${rule.target}` : `${rule.kind} ${rule.target} of ${taskOf(rule)}`;

/** Returns e.g. `for 2 h`. */
export const formatEnd = ({ remainingMs }: wire.Rule): string =>
  remainingMs === 0 ? 'until the rule is removed' : `for ${formatSpan(remainingMs)}`;
