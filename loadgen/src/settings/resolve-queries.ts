// Completes the queries of a run: those of a scenario file, or those that flags describe.

import { groupBy } from '@pareto/core';
import { invalid } from '@pareto/scenario';
import { targetSettings, type Given, type GivenArrivals, type GivenTarget } from './given-settings.js';
import type { QuerySettings } from './load-settings.js';
import type { GivenQuery, Scenario } from './parse-scenario.js';
import { arrivalKeys, resolveArrivals } from './resolve-arrivals.js';

export interface QuerySource {
  /** Flags and settings of the file together. */
  readonly given: Partial<Given>;
  readonly flags: Partial<Given>;
  readonly scenario: Scenario | undefined;
  readonly durationMs: number;
  /** Returns the name of a setting for errors. */
  readonly nameOf: (key: keyof Given) => string;
}

/**
 * Returns the queries, whose names differ. An entry of the file takes what it omits from the top level of the file. Flags
 * override both. Throws `invalid-argument` for settings that are missing or contradict each other.
 */
export function resolveQueries(source: QuerySource): readonly QuerySettings[] {
  const { given, scenario, nameOf } = source;
  const { mix } = given;
  const entries = scenario?.queries ?? mix ?? [{}];
  if (mix !== undefined && scenario?.queries !== undefined) {
    throw invalid(
      `${nameOf('mix')} cannot be used with the queries of ${scenario.file}; state latencyMs in each of them`,
    );
  }
  if (mix !== undefined && given.latencyMs !== undefined) {
    throw invalid(`${nameOf('mix')} cannot be used with ${nameOf('latencyMs')}; add the latency to the mix`);
  }
  return withNames(
    entries.map((entry, index) => resolveEntry(entry, index, source)),
    scenario?.file ?? '',
  );
}

type Unnamed = Omit<QuerySettings, 'name'> & { readonly name?: string };

function resolveEntry(entry: GivenQuery, index: number, source: QuerySource): Unnamed {
  const { given, flags, scenario, durationMs } = source;
  const place = `${scenario?.file ?? ''}: queries[${index}].`;
  const { target, ...rest } = [entry, flags].reduce(overrideTarget, targetPart(given));
  if (target === undefined) {
    throw invalid(
      scenario?.queries === undefined
        ? '--target is missing; pass a task, an architecture or a variant, or pass --scenario with a file of queries'
        : `${place}target is missing`,
    );
  }
  const ownKey = arrivalKeys.find((key) => entry[key] !== undefined);
  if (ownKey !== undefined && given.inFlight !== undefined) {
    throw invalid(`${place}${ownKey} cannot be used in a closed loop (${source.nameOf('inFlight')})`);
  }
  if (ownKey !== undefined && entry.weight !== undefined) {
    throw invalid(`${place}weight has no effect, because the query has arrivals of its own (${ownKey})`);
  }
  const nameOf = (key: keyof GivenArrivals): string => `${place}${key}`;
  return {
    ...{ target, weight: entry.weight ?? 1, ...rest },
    ...(entry.name !== undefined && { name: entry.name }),
    ...(ownKey !== undefined && { arrivals: resolveArrivals(entry, durationMs, nameOf) }),
  };
}

const floorKeys: readonly string[] = ['minAccuracy', 'maxRmse', 'maxMae', 'minR2'] satisfies (keyof GivenTarget)[];

/** Overrides settings. A floor replaces one by any other metric. */
function overrideTarget(before: Partial<GivenTarget>, values: Partial<GivenTarget>): Partial<GivenTarget> {
  const own = targetPart(values);
  const hasFloor = floorKeys.some((key) => Object.hasOwn(own, key));
  const kept = Object.entries(before).filter(([key]) => !hasFloor || !floorKeys.includes(key));
  return { ...Object.fromEntries(kept), ...own };
}

const targetPart = (values: Partial<GivenTarget>): Partial<GivenTarget> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(targetSettings, key)));

/** Names the queries that have no name by what they differ in: the target, and the latency if the targets are equal. */
function withNames(queries: readonly Unnamed[], file: string): readonly QuerySettings[] {
  const byTarget = groupBy(queries, ({ target }) => target);
  const named = queries.map((query) => {
    const { target, latencyMs } = query;
    const isOnly = (byTarget.get(target)?.length ?? 0) < 2;
    const latency = isOnly || latencyMs === undefined ? [] : [`${latencyMs} ms`];
    const parts = latency.length === 0 || byTarget.size > 1 ? [target, ...latency] : latency;
    return { ...query, name: query.name ?? parts.join(' ') };
  });
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) !== index);
  if (twice === undefined) return named;
  throw invalid(`${file}: two queries are called "${twice.name}"; give each a name of its own`);
}
