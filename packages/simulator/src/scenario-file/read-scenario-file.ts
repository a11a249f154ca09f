// Reads a scenario file, and the files that it names.

import { createHash } from 'node:crypto';
import { basename, dirname, extname } from 'node:path';
import { readYaml } from '@pareto/scenario';
import type { Scenario } from '../scenario/scenario.js';
import { loadCluster } from './load-cluster.js';
import { loadTraffic } from './load-traffic.js';
import { checkScenario, parseScenario } from './scenario-table.js';
import { loadStandardTraffic } from './standard-traffic.js';

export interface ScenarioFile {
  readonly scenario: Scenario;
  /** Names of the policies to compare. Undefined if the file has none. */
  readonly policies?: readonly string[];
  readonly seeds?: readonly number[];
  /** SHA-256 of all that the results of a policy and a seed follow from, other than the code. */
  readonly digest: string;
}

export interface ReadOptions {
  /** Folder in which traces are searched for that are not in that of the file. */
  readonly data?: string | undefined;
  /** Number of days, in place of the duration of the file. */
  readonly days?: number | undefined;
}

const dayMs = 24 * 3_600_000;

/** Reads a scenario. Throws `invalid-argument`, which names the file and the line, if a file cannot be read or is invalid. */
export async function readScenarioFile(file: string, { data, days }: ReadOptions = {}): Promise<ScenarioFile> {
  const yaml = await readYaml(file);
  const given = parseScenario(yaml);
  const { registry, fleet, standard } = await loadCluster(given.registry, given.fleet, data);
  checkScenario(given, { registry, fleet, standard }, yaml);
  const { policies, seeds, duration, traffic, routers = 1, faults = [], params, profileError, profileNoise } = given;
  const durationMs = days === undefined ? duration : days * dayMs;
  const { streams, texts } =
    'standard' in traffic
      ? await loadStandardTraffic(traffic, standard?.tasks ?? [], data)
      : await loadTraffic(traffic, durationMs, [dirname(file), ...(data === undefined ? [] : [data])]);
  const scenario = {
    ...{ name: given.name ?? basename(file, extname(file)), registry, fleet, streams, durationMs, routers, faults },
    ...(params !== undefined && { params }),
    ...(profileError !== undefined && { profileError }),
    ...(profileNoise !== undefined && { profileNoise }),
  };
  return {
    scenario,
    ...(policies !== undefined && { policies }),
    ...(seeds !== undefined && { seeds }),
    digest: createHash('sha256')
      .update(JSON.stringify([scenario, traffic, texts]))
      .digest('hex'),
  };
}
