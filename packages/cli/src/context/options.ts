// Parsers of option values, and the objective options that several commands share.

import { floorOf, hasMetricLimit, type MeasuredBy, type MetricLimits } from '@pareto/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { wire } from '@pareto/protocol';

/** Returns a commander parser of numbers from `low` to `high`. */
export const numberIn =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    const range =
      high === Infinity ? `of ${low} or more` : low === -Infinity ? `of ${high} or less` : `from ${low} to ${high}`;
    throw new InvalidArgumentError(`Expected a number ${range}.`);
  };

export const wholeNumberIn =
  (low: number, high: number) =>
  (text: string): number => {
    const value = numberIn(low, high)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('Expected a whole number.');
  };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a duration such as `250ms`, `90s`, `30m`, `2h` or `1d` into milliseconds. */
export function duration(text: string): number {
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? 0);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('Expected a duration such as 90s, 30m, 2h or 1d.');
}

/** Returns a commander parser of a comma-separated list of names out of `known`. */
export const namesIn =
  (known: readonly string[]) =>
  (text: string): readonly string[] => {
    const names = text.split(',').map((name) => name.trim());
    const wrong = names.find((name) => !known.includes(name));
    if (wrong === undefined) return names;
    throw new InvalidArgumentError(
      `Unknown name ${JSON.stringify(wrong)}. Expected one or more of ${known.join(', ')}.`,
    );
  };

export const defaultController = '127.0.0.1:8100';
export const defaultRouter = '127.0.0.1:8001';

const addressPattern = /^([^:\s]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

/** Returns a commander parser of one host:port. */
export const addressLike =
  (example: string) =>
  (text: string): string => {
    if (addressPattern.test(text)) return text;
    throw new InvalidArgumentError(`Expected host:port, e.g. ${example}.`);
  };

/** Returns a commander parser of a comma-separated list of host:port. */
export const addressesLike =
  (example: string) =>
  (text: string): readonly string[] => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '' || parts.length === 1).map(addressLike(example));
  };

export interface ObjectiveOptions extends MetricLimits {
  readonly latencyMs?: number;
  readonly minAccuracy?: number;
  readonly accuracyBound?: 'point' | 'lower95';
  readonly maxCostPer1k?: number;
  readonly class?: 'online' | 'offline';
  readonly degrade?: 'forbid' | 'allow';
  readonly prefer?: 'cost' | 'accuracy';
}

export function addObjectiveOptions(command: Command): Command {
  return command
    .option('--latency-ms <ms>', 'latency limit in milliseconds', numberIn(0, Infinity))
    .option('--min-accuracy <fraction>', 'accuracy floor, from 0 to 1', numberIn(0, 1))
    .option('--max-rmse <error>', 'accuracy floor of a task with the metric rmse', numberIn(0, Infinity))
    .option('--max-mae <error>', 'accuracy floor of a task with the metric mae', numberIn(0, Infinity))
    .option('--min-r2 <value>', 'accuracy floor of a task with the metric r2', numberIn(-Infinity, 1))
    .addOption(
      new Option('--accuracy-bound <bound>', 'accuracy that must reach the floor').choices(['point', 'lower95']),
    )
    .option('--max-cost-per-1k <usd>', 'cost ceiling in USD per 1,000 answers', numberIn(0, Infinity))
    .addOption(new Option('--class <class>', 'service class').choices(['online', 'offline']))
    .addOption(
      new Option('--degrade <degrade>', 'whether an answer below the floor is allowed if no variant meets it').choices([
        'forbid',
        'allow',
      ]),
    )
    .addOption(
      new Option(
        '--prefer <what>',
        'what counts among the variants that meet the objective: accuracy by default if no latency, accuracy or cost is set, else cost',
      ).choices(['cost', 'accuracy']),
    );
}

const upper = <T extends string>(text: T): Uppercase<T> => text.toUpperCase() as Uppercase<T>;

/**
 * Returns the options with the accuracy floor that a limit in the unit of a metric is translated into. `measuredBy` is called
 * only if there is one. Throws as `floorOf` does.
 */
export async function translateLimits<Options extends ObjectiveOptions>(
  options: Options,
  target: string,
  measuredBy: () => Promise<MeasuredBy | undefined>,
): Promise<Options> {
  if (!hasMetricLimit(options)) return options;
  const minAccuracy = floorOf(options, target, await measuredBy());
  return { ...options, ...(minAccuracy !== undefined && { minAccuracy }) };
}

/** Returns the objective to send. Null if no option was given: the task's default objective applies. */
export function readObjective(options: ObjectiveOptions): wire.ObjectiveInput | null {
  const objective: wire.ObjectiveInput = {
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    ...(options.minAccuracy === undefined ? {} : { minAccuracy: options.minAccuracy }),
    ...(options.maxCostPer1k === undefined ? {} : { maxCostPer_1k: options.maxCostPer1k }),
    ...(options.accuracyBound === undefined ? {} : { accuracyBound: upper(options.accuracyBound) }),
    ...(options.class === undefined ? {} : { class: upper(options.class) }),
    ...(options.degrade === undefined ? {} : { degrade: upper(options.degrade) }),
    ...(options.prefer === undefined ? {} : { prefer: upper(options.prefer) }),
  };
  return Object.keys(objective).length === 0 ? null : objective;
}
