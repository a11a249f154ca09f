// Excludes variants whose outputs disagree with those of the original.

import type { Criterion } from './criterion.js';

export const disagrees: Criterion = {
  ...{ name: 'disagrees', code: 15, text: 'unlike the original' },
  excludes: (_, exclusion) => exclusion === 'disagrees',
  detail: ({ disagreement = '' }) => disagreement,
};
