// Excludes variants whose requests crashed executors.

import type { Criterion } from './criterion.js';

export const quarantined: Criterion = {
  ...{ name: 'quarantined', code: 11, text: 'quarantined' },
  excludes: ({ quarantineReason }) => quarantineReason !== undefined,
  detail: ({ quarantineReason = '' }) => quarantineReason,
};
