// Which marks a chart shows: one that is far below the front would squeeze all others together.

import type { Mark } from './chart.js';

export interface VisibleMarks {
  readonly shown: readonly Mark[];
  readonly below: readonly Mark[];
}

/** Shown down to as far below the front as the front is high, with its intervals. All when there is no front. */
export function visibleMarks(marks: readonly Mark[]): VisibleMarks {
  const front = marks.filter(({ kind }) => kind === 'front');
  if (front.length === 0) return { shown: marks, below: [] };
  const low = Math.min(...front.map((mark) => mark.low));
  const high = Math.max(...front.map((mark) => mark.high));
  const min = low - (high - low);
  return { shown: marks.filter(({ y }) => y >= min), below: marks.filter(({ y }) => y < min) };
}
