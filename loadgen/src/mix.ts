// The mix of latency objectives of --mix.

import { InvalidArgumentError } from 'commander';
import type { QueryClass } from '@pareto/workload';

/**
 * Parses latencies in ms with their weights, `60:1,400:3`. A weight is 1 if omitted. Throws `InvalidArgumentError` unless
 * all are numbers above 0 and the latencies differ.
 */
export function parseMix(text: string): readonly QueryClass[] {
  const classes = text.split(',').map(parseClass);
  const latencies = new Set<number>();
  for (const { name, latencyMs } of classes) {
    if (latencies.has(latencyMs)) throw new InvalidArgumentError(`${name} appears twice; add up the weights`);
    latencies.add(latencyMs);
  }
  return classes;
}

function parseClass(text: string): QueryClass {
  const parts = text.split(':');
  const [latencyMs = NaN, weight = 1] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  const isValid = (value: number): boolean => Number.isFinite(value) && value > 0;
  if (parts.length > 2 || !isValid(latencyMs) || !isValid(weight)) {
    throw new InvalidArgumentError(
      `"${text}" is not a latency in ms with an optional weight, both above 0; expected for example 60:1,400:3`,
    );
  }
  return { name: `${latencyMs} ms`, latencyMs, weight };
}
