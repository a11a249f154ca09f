// The table of quality metrics: what their values mean, how they map to accuracies from 0 to 1, and how they are shown.

import { ParetoError } from './errors.js';

/** Quality metrics that a task may have. */
export const metrics = [
  'top1',
  'top5',
  'f1',
  'box-iou',
  'exact-match',
  'ctc-match',
  'cosine',
  'rmse',
  'mae',
  'r2',
  'mse',
] as const;
export type Metric = (typeof metrics)[number];

/** Metric of a task that is registered without one. */
export const defaultMetric: Metric = 'top1';

/** Unit and direction of the values of a metric, and their accuracies: numbers from 0 to 1, of which the higher one is better. */
export interface MetricForm {
  readonly better: 'higher' | 'lower';
  /** A `share` is a fraction of 1. Others are in the unit of the labels, in its square, or have no unit. */
  readonly unit: 'share' | 'label' | 'squared label' | 'none';
  /** Set if values are judged by the standard deviation of the labels, the scale, so that labels must differ. */
  readonly isScaled: boolean;
  /** Returns the accuracy of a value. It strictly increases as the value gets better. */
  readonly toAccuracy: (value: number, scale: number) => number;
  /** Inverts `toAccuracy`. Infinite for an accuracy of 0, unless the value is a share. */
  readonly fromAccuracy: (accuracy: number, scale: number) => number;
  /** Formats a value without the name of the metric. */
  readonly format: (value: number) => string;
  /**
   * Minimum agreement of a variant with the original, for tasks that state none. 0, which is none, for metrics whose
   * agreement depends on the size of the numbers.
   */
  readonly minAgreement: number;
}

const share = (minAgreement: number): MetricForm => ({
  ...{ better: 'higher', unit: 'share', isScaled: false, minAgreement },
  toAccuracy: (value) => value,
  fromAccuracy: (accuracy) => accuracy,
  format: (value) => `${(value * 100).toFixed(2)} %`,
});

const error: MetricForm = {
  ...{ better: 'lower', unit: 'label', isScaled: true, minAgreement: 0 },
  toAccuracy: (value, scale) => scale / (scale + value),
  fromAccuracy: (accuracy, scale) => scale / accuracy - scale,
  format: formatSignificant,
};

export const metricForms: Readonly<Record<Metric, MetricForm>> = {
  ...{ top1: share(0.8), top5: share(0.8), f1: share(0.8), 'box-iou': share(0.8) },
  ...{ 'exact-match': share(0.8), 'ctc-match': share(0.8), cosine: share(0.9) },
  rmse: error,
  mae: error,
  r2: {
    ...{ better: 'higher', unit: 'none', isScaled: true, minAgreement: 0 },
    toAccuracy: (value) => 1 / (2 - value),
    fromAccuracy: (accuracy) => 2 - 1 / accuracy,
    format: (value) => (value < -1e6 ? value.toExponential(3) : value.toFixed(4)).replace('Infinity', '∞'),
  },
  // Measurements of older releases have no scale, so that those of newer ones have none either.
  mse: {
    ...{ better: 'lower', unit: 'squared label', isScaled: false, minAgreement: 0 },
    toAccuracy: (value) => 1 / (1 + value),
    fromAccuracy: (accuracy) => 1 / accuracy - 1,
    format: formatSignificant,
  },
};

/** Formats with four significant digits, and all digits before the decimal point: `54.12`, `0.001234`, `123457`. */
function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  if (value === 0) return '0';
  const power = Math.floor(Math.log10(value));
  return power < -6 || power > 14 ? value.toExponential(3) : value.toFixed(Math.max(0, 3 - power));
}

/** Metric of an accuracy, and the scale of its values. Accuracies of metrics that this release does not know are shown as shares. */
export interface MeasuredBy {
  readonly metric: string;
  /** Standard deviation of the labels. Undefined or 0 for a metric that does not depend on it. */
  readonly scale?: number | undefined;
}

/** Returns the form of the metric, or that of a share if the metric is unknown or its scale is missing. */
export function metricFormOf({ metric, scale = 0 }: MeasuredBy): MetricForm {
  const known = metrics.find((each) => each === metric);
  return known === undefined || (metricForms[known].isScaled && scale <= 0) ? metricForms.top1 : metricForms[known];
}

const isShare = (by: MeasuredBy): boolean => metricFormOf(by).unit === 'share';

/** Returns the value of the metric that has this accuracy. */
export const valueAt = (by: MeasuredBy, accuracy: number): number =>
  metricFormOf(by).fromAccuracy(accuracy, by.scale ?? 0);

const formatAt = (by: MeasuredBy, accuracy: number): string => metricFormOf(by).format(valueAt(by, accuracy));

/** Returns e.g. `98.70 %` or `rmse 54.12`. */
export const formatValue = (by: MeasuredBy, accuracy: number): string =>
  isShare(by) ? formatAt(by, accuracy) : `${by.metric} ${formatAt(by, accuracy)}`;

/** Returns e.g. `(98.10-99.12)`, in percent, or `(51.20 to 57.31)`. */
export function formatInterval(accuracy: MeasuredBy & { readonly lower95: number; readonly upper95: number }): string {
  const { lower95, upper95 } = accuracy;
  const { better } = metricFormOf(accuracy);
  const ends = (better === 'higher' ? [lower95, upper95] : [upper95, lower95]).map((end) => formatAt(accuracy, end));
  return `(${ends.join(isShare(accuracy) ? '-' : ' to ').replaceAll(' %', '')})`;
}

/** Returns e.g. `≥ 98.00 %`, `rmse ≤ 54.12` or `r2 ≥ 0.4500` for an accuracy floor. In percent if the metric is unknown. */
export function formatFloor(minAccuracy: number, by: MeasuredBy = { metric: defaultMetric }): string {
  if (isShare(by)) return `≥ ${formatAt(by, minAccuracy)}`;
  const { better, toAccuracy, format } = metricFormOf(by);
  const limit = formatAt(by, minAccuracy);
  const sign = `${by.metric} ${better === 'higher' ? '≥' : '≤'}`;
  // What meets the floor must also meet the limit that is shown, which people copy.
  const isStricter = toAccuracy(Number(limit), by.scale ?? 0) > minAccuracy * (1 + 1e-9);
  const [, decimals, power = '0'] = /^-?\d+\.?(\d*)(?:e(.+))?$/.exec(limit) ?? [];
  if (!isStricter || decimals === undefined) return `${sign} ${limit}`;
  const step = 10 ** (Number(power) - decimals.length);
  return `${sign} ${format(Number(limit) + (better === 'higher' ? -step : step))}`;
}

/** Returns how far two accuracies are apart, e.g. `1.20 points` or `3.210 in rmse`. */
export function formatDifference(by: MeasuredBy, a: number, b: number): string {
  const difference = metricFormOf(by).format(Math.abs(valueAt(by, a) - valueAt(by, b)));
  return isShare(by) ? difference.replace(' %', ' points') : `${difference} in ${by.metric}`;
}

/** Limits of the values of metrics, in their units. Each is translated into an accuracy floor. */
export interface MetricLimits {
  readonly maxRmse?: number;
  readonly maxMae?: number;
  readonly minR2?: number;
}

const limits = [
  { key: 'maxRmse', metric: 'rmse', flag: '--max-rmse' },
  { key: 'maxMae', metric: 'mae', flag: '--max-mae' },
  { key: 'minR2', metric: 'r2', flag: '--min-r2' },
] as const;

/** Returns the metric whose values are limited. Of several, it is the first one. Undefined without a limit. */
export const limitedMetric = (given: MetricLimits): Metric | undefined =>
  limits.find(({ key }) => given[key] !== undefined)?.metric;

/** Returns whether a limit is set that has to be translated. */
export const hasMetricLimit = (given: MetricLimits): boolean => limitedMetric(given) !== undefined;

/**
 * Returns the accuracy floor of an objective for a target, whose accuracies are measured by `by`: `minAccuracy`, or what a
 * limit is translated into. Undefined without either. Throws `invalid-argument` if several are given or the metric is another
 * one, `failed-precondition` if a limit is given and `by` is undefined, as for a target that is not measured yet, or has no
 * scale.
 */
export function floorOf(
  given: MetricLimits & { readonly minAccuracy?: number },
  target: string,
  by: MeasuredBy | undefined,
): number | undefined {
  const found = limits.flatMap((limit) => {
    const value = given[limit.key];
    return value === undefined ? [] : [{ ...limit, value }];
  });
  const [first] = found;
  if (first === undefined) return given.minAccuracy;
  const flags = [...found.map(({ flag }) => flag), ...(given.minAccuracy === undefined ? [] : ['--min-accuracy'])];
  if (flags.length > 1) {
    throw new ParetoError('invalid-argument', `${flags.join(' and ')} exclude each other: pass one of them`);
  }
  if (by === undefined) {
    const why = `${first.flag} cannot be translated: no variant of ${target} has a measured accuracy`;
    throw new ParetoError('failed-precondition', `${why}; pass --min-accuracy, or retry when one is measured`);
  }
  if (by.metric !== first.metric) {
    const own = limits.find(({ metric }) => metric === by.metric)?.flag ?? '--min-accuracy';
    const why = `${first.flag} is for tasks with the metric ${first.metric}, but ${target} is measured by ${by.metric}`;
    throw new ParetoError('invalid-argument', `${why}: pass ${own}`);
  }
  const { scale = 0 } = by;
  if (scale > 0) return metricForms[first.metric].toAccuracy(first.value, scale);
  const why = `${first.flag} cannot be translated: the deviation of the labels of ${target} is unknown`;
  throw new ParetoError('failed-precondition', `${why}; pass --min-accuracy`);
}
