// The verdict on candidates of which a property that the objective limits was not measured.

import type { Verdict } from './criterion.js';

export const unmeasured: Verdict = { name: 'unmeasured', code: 9, text: 'not measured' };
