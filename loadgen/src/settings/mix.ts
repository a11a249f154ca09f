// The mix of latency objectives of --mix.

import { invalid, text } from '@pareto/scenario';

export interface MixedLatency {
  readonly latencyMs: number;
  readonly weight: number;
}

/**
 * Parses latencies in ms with their weights, `60:1,400:3`. A weight is 1 if omitted. Throws `invalid-argument` unless all
 * are numbers above 0 and the latencies differ.
 */
export function parseMix(value: unknown): readonly MixedLatency[] {
  const mix = text(value).split(',').map(parsePart);
  const latencies = new Set<number>();
  for (const { latencyMs } of mix) {
    if (latencies.has(latencyMs)) throw invalid(`${latencyMs} ms appears twice; add up the weights`);
    latencies.add(latencyMs);
  }
  return mix;
}

function parsePart(part: string): MixedLatency {
  const parts = part.split(':');
  const [latencyMs = NaN, weight = 1] = parts.map((each) => (each.trim() === '' ? NaN : Number(each)));
  const isValid = (value: number): boolean => Number.isFinite(value) && value > 0;
  if (parts.length > 2 || !isValid(latencyMs) || !isValid(weight)) {
    throw invalid(
      `"${part}" is not a latency in ms with an optional weight, both above 0; expected for example 60:1,400:3`,
    );
  }
  return { latencyMs, weight };
}
