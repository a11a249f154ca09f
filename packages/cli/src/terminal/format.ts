// Formats numbers with units.

import { formatFloor, formatInterval, formatValue, type MeasuredBy } from '@pareto/core';
import type { wire } from '@pareto/protocol';

/** Formats milliseconds with three significant digits, down to a microsecond, without the unit. */
export function msDigits(ms: number): string {
  const size = Math.abs(ms);
  const decimals = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  return ms.toFixed(decimals);
}

export const formatMs = (ms: number): string => `${msDigits(ms)} ms`;

export const formatPercent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

/** Formats a price with two significant digits and at least cents. Prices span many orders of magnitude. */
export function formatUsd(usd: number): string {
  if (usd <= 0) return '$0';
  return `$${usd.toFixed(Math.max(2, 1 - Math.floor(Math.log10(usd))))}`;
}

/** Formats USD per 1,000 answers as USD per million with three significant digits, or `-` if there is no cost. */
export function formatCost(costPer1k: number | undefined): string {
  if (costPer1k === undefined || costPer1k <= 0) return '-';
  const perMillion = costPer1k * 1000;
  return `$${perMillion.toFixed(Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(perMillion)))))}`;
}

/** Formats a cost ceiling as it is given, and as costs are shown: `$0.01/1k ($10.0/1M)`. */
export const formatCeiling = (costPer1k: number): string =>
  `${formatUsd(costPer1k)}/1k${costPer1k > 0 ? ` (${formatCost(costPer1k)}/1M)` : ''}`;

/** Returns e.g. `98.70 % (98.10-99.12)`, `rmse 54.12 (51.20 to 57.31)`, or `unmeasured`. */
export const formatAccuracy = (accuracy: wire.Accuracy | null | undefined): string =>
  accuracy === null || accuracy === undefined
    ? 'unmeasured'
    : `${formatValue(accuracy, accuracy.value)} ${formatInterval(accuracy)}`;

/**
 * Returns e.g. `≤ 50 ms, ≥ 98.00 %, ≤ $0.01/1k ($10.0/1M)`, with the floor as a value of the metric if it is known by what
 * accuracies are measured. Empty if the objective sets nothing.
 */
export function formatObjective(objective: wire.Objective | null | undefined, by?: MeasuredBy): string {
  if (objective === null || objective === undefined) return '';
  const { _latencyMs, latencyMs = 0, _minAccuracy, minAccuracy = 0, _maxCostPer_1k, maxCostPer_1k = 0 } = objective;
  return [
    ...(_latencyMs === undefined ? [] : [`≤ ${formatMs(latencyMs)}`]),
    ...(_minAccuracy === undefined ? [] : [formatFloor(minAccuracy, by)]),
    ...(_maxCostPer_1k === undefined ? [] : [`≤ ${formatCeiling(maxCostPer_1k)}`]),
    ...(objective.accuracyBound === 'LOWER95' ? ['by the lower bound'] : []),
    ...(objective.class === 'OFFLINE' ? ['offline'] : []),
    ...(objective.degrade === 'ALLOW' ? ['may degrade'] : []),
    ...(objective.prefer === 'ACCURACY' ? ['most accurate'] : []),
  ].join(', ');
}

/** Formats a duration in its two largest units: `850 ms`, `42 s`, `3 min 12 s`, `2 h 5 min`, `1 d 3 h`. */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  let left = Math.round(ms / 1_000);
  const parts: string[] = [];
  for (const [name, seconds] of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) parts.push(`${count} ${name}`);
    if (parts.length > 0 && (count === 0 || parts.length === 2)) break;
  }
  return parts.join(' ');
}

/** Returns e.g. `0.25x`, with three decimals below 0.095. */
export const formatRatio = (ratio: number): string => `${ratio.toFixed(ratio < 0.095 ? 3 : 2)}x`;

/** Formats a count with three significant digits: `407 k`, `1.24 M`. */
export function formatCount(count: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  const value = count / 1000 ** power;
  const decimals = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(decimals)}${units[power] ?? ''}`;
}

/** Returns e.g. `1 slot` or `2 slots`. */
export const count = (many: number, one: string, more = `${one}s`): string => `${many} ${many === 1 ? one : more}`;
