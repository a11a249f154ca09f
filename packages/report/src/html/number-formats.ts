// Numbers as a person reads them, in pages and in their charts. No line ends before a unit.

const space = '\u00a0';

/** Formats a whole number: `42,000`. */
export const formatCount = (count: number): string => Math.round(count).toLocaleString('en-US');

/** Formats a share (0 to 1) as `97.7 %`. A share just above 0 or below 1 has more digits, and is never `0 %` or `100 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent}${space}%`;
  const texts = [1, 2, 3].map((digits) => percent.toFixed(digits));
  const text = texts.find((each) => Number(each) !== 0 && Number(each) !== 100);
  return `${text ?? (percent < 50 ? '<0.001' : '>99.999')}${space}%`;
}

/** Formats a duration with three digits: `8.21 ms`, `2.1 s`. */
export function formatMs(ms: number): string {
  if (ms >= 999.5) return `${formatDigits(ms / 1000)}${space}s`;
  return ms > 0 && ms < 0.01 ? `${formatDigits(ms * 1000)}${space}µs` : `${formatDigits(ms)}${space}ms`;
}

/** Formats a rate with three digits: `239/s`. */
export const formatRate = (perSecond: number): string => `${formatDigits(perSecond)}/s`;

/** Formats a time from the start of a run: `1:05`, `1:05.5`, `1:00:00`. */
export function formatTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const padded = `${rest < 10 ? '0' : ''}${rest}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${padded}` : `${minutes}:${padded}`;
}

/** Formats a number with three digits, or as a whole number. */
export const formatDigits = (value: number): string =>
  value >= 100 ? formatCount(value) : Number(value.toPrecision(3)).toLocaleString('en-US');

/** Formats an amount with three digits: `$0.526`. */
export const formatUsd = (usd: number): string => `$${formatDigits(usd)}`;

/** Formats a number with three digits also if they are zeros, as columns need them: `1.00`. */
export const formatAligned = (value: number): string =>
  value >= 100 || value === 0 ? formatCount(value) : value.toPrecision(3);
