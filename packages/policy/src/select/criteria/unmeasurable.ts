// Excludes variants whose measurement failed on every class of the fleet.

import type { Criterion } from './criterion.js';

export const unmeasurable: Criterion = {
  ...{ name: 'unmeasurable', code: 12, text: 'not measurable' },
  excludes: ({ measurementError }) => measurementError !== undefined,
  detail: ({ measurementError = '' }) => measurementError,
};
