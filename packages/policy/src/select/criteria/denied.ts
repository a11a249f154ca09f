// Excludes variants that rules deny.

import { ruleCovers, rulesText } from '../rules.js';
import type { Criterion } from './criterion.js';

export const denied: Criterion = {
  ...{ name: 'denied', code: 13, text: 'denied' },
  excludes: (_, exclusion) => exclusion === 'denied',
  detail: (candidate, rules) => rulesText(rules.filter((rule) => rule.kind === 'deny' && ruleCovers(candidate, rule))),
};
