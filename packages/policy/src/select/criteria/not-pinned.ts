// Excludes variants that are not pinned from a task with pins.

import { rulesText } from '../rules.js';
import type { Criterion } from './criterion.js';

export const notPinned: Criterion = {
  ...{ name: 'not-pinned', code: 14, text: 'not pinned' },
  excludes: (_, exclusion) => exclusion === 'not-pinned',
  detail: (_, rules) => rulesText(rules.filter(({ kind }) => kind === 'pin')),
};
