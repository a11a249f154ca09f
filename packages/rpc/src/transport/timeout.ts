// The header grpc-timeout: the time until the deadline of a call.

import { parseDigits } from '@pareto/protocol';

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

const maxDigits = 8;

/** Parses the header. Returns ms, at most what a timer can wait. Undefined if the header is missing or malformed. */
export function parseTimeout(header: unknown): number | undefined {
  const text = String(header);
  const digits = text.length - 1;
  if (digits > maxDigits) return undefined;
  const value = parseDigits(text, 0, digits);
  const unit = unitMs[text.charAt(digits)];
  return value === undefined || unit === undefined ? undefined : Math.min(2 ** 31 - 1, value * unit);
}

/** Largest number that the header can state in its eight digits. */
const maxTimeoutMs = 99_999_999;

/** Formats the header for a call that may take this long. */
export const formatTimeout = (timeoutMs: number): string =>
  `${Math.min(maxTimeoutMs, Math.max(0, Math.ceil(timeoutMs)))}m`;
