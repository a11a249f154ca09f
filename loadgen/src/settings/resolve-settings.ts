// Merges flags and a scenario file into the settings of a run.

import { invalid } from '@pareto/scenario';
import type { Given } from './given-settings.js';
import type { LoadSettings, LoopSettings, TlsSettings } from './load-settings.js';
import type { Scenario } from './parse-scenario.js';
import { arrivalKeys, resolveArrivals } from './resolve-arrivals.js';
import { resolveQueries } from './resolve-queries.js';

/**
 * Returns the settings with their defaults. Flags override the file. Throws `invalid-argument` for settings that are missing
 * or contradict each other.
 */
export function resolveSettings(flags: Partial<Given>, scenario: Scenario | undefined): LoadSettings {
  const file = withoutOverridden(scenario?.settings ?? {}, flags);
  const given = { ...file, ...flags };
  const nameOf = (key: keyof Given): string => {
    const isOfFile = scenario !== undefined && flags[key] === undefined && file[key] !== undefined;
    return isOfFile
      ? `${key} in ${scenario.file}`
      : `--${key.replaceAll(/[A-Z]|1k/g, (part) => `-${part.toLowerCase()}`)}`;
  };
  const { duration: durationMs = 10_000, warmUp: warmUpMs = 0, seed = 1 } = given;
  const { address = '127.0.0.1:8001', connections = 1, timeoutMs = 10_000, header: headers = {} } = given;
  const queries = resolveQueries({ given, flags, scenario, durationMs, nameOf });
  const tls = resolveTls(given);
  return {
    ...{ address, connections, headers, durationMs, warmUpMs, timeoutMs, seed, queries },
    ...(tls !== undefined && { tls }),
    loop: resolveLoop(
      given,
      durationMs,
      nameOf,
      queries.some(({ arrivals }) => arrivals === undefined),
    ),
  };
}

/** Groups of settings that exclude each other: a flag of one removes the settings of the other from the file. */
const exclusive: readonly (readonly [readonly (keyof Given)[], readonly (keyof Given)[]])[] = [
  [['inFlight'], arrivalKeys],
  [arrivalKeys, ['inFlight']],
  [['arrivals', 'trace'], arrivalKeys.filter((key) => key !== 'rate')],
  [['mix'], ['latencyMs']],
  [['latencyMs'], ['mix']],
];

function withoutOverridden(file: Partial<Given>, flags: Partial<Given>): Partial<Given> {
  const removed = new Set<string>(
    exclusive.flatMap(([keys, others]) => (keys.some((key) => flags[key] !== undefined) ? others : [])),
  );
  return Object.fromEntries(Object.entries(file).filter(([key]) => !removed.has(key)));
}

function resolveLoop(
  given: Partial<Given>,
  durationMs: number,
  nameOf: (key: keyof Given) => string,
  isShared: boolean,
): LoopSettings {
  const { inFlight } = given;
  const openKey = arrivalKeys.find((key) => given[key] !== undefined);
  if (inFlight !== undefined) {
    if (openKey === undefined) return { kind: 'closed', inFlight };
    throw invalid(
      `${nameOf(openKey)} cannot be used with ${nameOf('inFlight')}: the closed loop sends a request whenever one is answered`,
    );
  }
  if (isShared) return { kind: 'open', arrivals: resolveArrivals(given, durationMs, nameOf) };
  if (openKey === undefined) return { kind: 'open' };
  throw invalid(`${nameOf(openKey)} has no effect: each query of the scenario has arrivals of its own`);
}

function resolveTls({ tls, ca, cert, key }: Partial<Given>): TlsSettings | undefined {
  if ((cert === undefined) !== (key === undefined)) throw invalid('--cert and --key belong together; pass both');
  if (tls !== true && ca === undefined && cert === undefined) return undefined;
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}
