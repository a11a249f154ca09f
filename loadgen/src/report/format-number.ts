// Formats numbers of reports.

/** Formats milliseconds with three significant digits, without the unit. `-` for NaN. */
export function formatMs(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  return ms.toFixed(ms >= 100 ? 0 : ms >= 10 ? 1 : 2);
}

/** Formats a share of a number of requests in percent. `-` if there are none. */
export const formatShare = (part: number, whole: number, digits: number = 2): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(digits)} %`;

export const formatRate = (perSecond: number): string => `${perSecond.toFixed(1)}/s`;
