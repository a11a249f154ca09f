// Selects the marks that a chart shows: a mark far below the front would compress all others.

import type { Mark } from './chart.js';

export interface VisibleMarks {
  readonly shown: readonly Mark[];
  readonly below: readonly Mark[];
}

/** Shows marks down to one front's height (with intervals) below the front, or all marks without a front. */
export function visibleMarks(marks: readonly Mark[]): VisibleMarks {
  const front = marks.filter(({ kind }) => kind === 'front');
  if (front.length === 0) return { shown: marks, below: [] };
  const low = Math.min(...front.map((mark) => mark.low));
  const high = Math.max(...front.map((mark) => mark.high));
  const min = low - (high - low);
  return { shown: marks.filter(({ y }) => y >= min), below: marks.filter(({ y }) => y < min) };
}
