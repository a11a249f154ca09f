// The content of a scenario file: what is simulated, and the policies and seeds to compare.

import { cutText, formatDuration, nearestName, type ParetoError } from '@pareto/core';
import {
  countUpTo,
  duration,
  fieldAt,
  fieldError,
  listOf,
  needed,
  numberWhere,
  objectOf,
  optional,
  share,
  text,
  topOf,
  valueOf,
  type Field,
  type Reader,
  type Table,
  type YamlFile,
} from '@pareto/scenario';
import { effectAtMs, type Fault } from '../scenario/fault.js';
import { defaultSimulationParams, type SimulationParams } from '../scenario/params.js';
import {
  isStandard,
  readGivenFleet,
  readGivenRegistry,
  type GivenFleet,
  type GivenRegistry,
} from './cluster-tables.js';
import { readFaults } from './faults-table.js';
import type { LoadedCluster } from './load-cluster.js';
import { overridesOf } from './override-params.js';
import { readStandardTraffic, type StandardTraffic } from './standard-traffic.js';
import { readTraffic, type GivenStream } from './traffic-table.js';

const maxRouters = 1_000;
const maxDays = 31;
const dayMs = 24 * 3_600_000;

/** Seeds are numbers of 32 bits. */
const isSeed = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
const seed = numberWhere('a whole number from 0 to 4294967295', isSeed);

const readDuration: Reader<number> = (field) => {
  const ms = valueOf(duration, 'duration: 10m')(field);
  if (ms <= maxDays * dayMs) return ms;
  throw fieldError(field, `expected at most ${maxDays} days, received ${formatDuration(ms)}`);
};

/** Conditions of a simulation, other than the cluster and its traffic. */
export interface GivenConditions {
  readonly routers?: number;
  readonly faults?: readonly Fault[];
  readonly params?: SimulationParams;
  readonly profileError?: number;
  readonly profileNoise?: number;
}

/** The parameters that a file may set, which include those without a default. */
const settableParams = {
  ...defaultSimulationParams,
  turn: {
    ...defaultSimulationParams.turn,
    placement: { ...defaultSimulationParams.turn.placement, budgetUsdPerHour: Infinity },
  },
};

export const conditionsTable: Table<GivenConditions> = {
  routers: optional(valueOf(countUpTo(maxRouters), 'routers: 2')),
  faults: optional(readFaults),
  params: optional(overridesOf(settableParams)),
  profileError: optional(valueOf(share, 'profileError: 0.2')),
  profileNoise: optional(valueOf(share, 'profileNoise: 0.05')),
};

export interface GivenScenario extends GivenConditions {
  readonly name?: string;
  /** Simulated time in ms. */
  readonly duration: number;
  readonly fleet: GivenFleet;
  readonly registry: GivenRegistry;
  readonly traffic: readonly GivenStream[] | StandardTraffic;
  readonly policies?: readonly string[];
  readonly seeds?: readonly number[];
}

const scenarioTable = objectOf<GivenScenario>(
  {
    name: optional(valueOf(text, 'name: black-friday')),
    duration: needed(readDuration, 'the simulated time, such as duration: 10m'),
    fleet: needed(readGivenFleet, 'hardware classes and workers'),
    registry: needed(readGivenRegistry, 'the variants of each task'),
    traffic: needed(
      (field: Field) => (Array.isArray(field.value) ? readTraffic(field) : readStandardTraffic(field)),
      'a list of streams of queries',
    ),
    ...conditionsTable,
    policies: optional(listOf(valueOf(text), 'a list of policies, such as [pareto]')),
    seeds: optional(listOf(valueOf(seed), 'a list of numbers, such as [1, 2, 3]')),
  },
  'keys such as duration, fleet, registry and traffic',
);

/** Checks the content of a file. Throws `invalid-argument`, which names the file, the line and the key. */
export const parseScenario = (yaml: YamlFile): GivenScenario => scenarioTable(topOf(yaml));

/** Checks that the parts of a scenario fit together. Throws as `parseScenario` does. */
export function checkScenario(given: GivenScenario, cluster: LoadedCluster, yaml: YamlFile): void {
  const field = topOf(yaml);
  checkProfiles(given, cluster, field);
  checkTraffic(given, cluster, field);
  checkFaults(given, cluster, field);
}

/** Checks that the classes of variants in the file are those of the fleet. */
export function checkProfiles(
  { registry }: Partial<Pick<GivenScenario, 'registry'>>,
  { fleet }: Pick<LoadedCluster, 'fleet'>,
  field: Field,
): void {
  const classes = fleet.classes.map(({ name }) => name);
  for (const [index, { profiles }] of registry?.value?.variants.entries() ?? []) {
    for (const [position, { hardwareClass }] of profiles.entries()) {
      const at = (): Field => fieldAt(field, 'registry', 'variants', index, 'profiles', position, 'class');
      checkName(hardwareClass, classes, 'a class of the fleet', at);
    }
  }
}

function checkTraffic({ registry: given, traffic }: GivenScenario, { registry }: LoadedCluster, field: Field): void {
  if ('standard' in traffic) {
    if (isStandard(given)) return;
    throw fieldError(
      fieldAt(field, 'traffic'),
      'expected a list of streams: only the registry standard has its traffic',
    );
  }
  const tasks = [...new Set(registry.variants.map(({ task }) => task))];
  for (const [index, { task }] of traffic.entries()) {
    checkName(task, tasks, 'a task with variants', () => fieldAt(field, 'traffic', index, 'task'));
  }
}

/** Checks that faults are of workers, classes and variants that exist, and within the duration. */
export function checkFaults(
  { duration: durationMs, faults = [] }: Pick<GivenScenario, 'duration' | 'faults'>,
  { fleet, registry }: Pick<LoadedCluster, 'fleet' | 'registry'>,
  field: Field,
): void {
  const variants = registry.variants.map(({ name }) => name);
  const classes = fleet.classes.map(({ name }) => name);
  for (const [index, fault] of faults.entries()) {
    const at = (key: string) => (): Field => fieldAt(field, 'faults', index, key);
    if (fault.atMs > durationMs) throw fieldError(at('at')(), `expected a time up to ${formatDuration(durationMs)}`);
    if (fault.kind === 'worker-joins') checkName(fault.of.hardwareClass, classes, 'a class of the fleet', at('class'));
    if (fault.kind === 'executor-dies' && fault.variant !== undefined) {
      checkName(fault.variant, variants, 'a variant of the registry', at('variant'));
    }
  }
  checkWorkers(faults, fleet, field);
}

/** Checks that faults are of workers that have joined, and that no worker joins twice. Those at the same time are in order of the file. */
function checkWorkers(faults: readonly Fault[], fleet: LoadedCluster['fleet'], field: Field): void {
  const count = fleet.workers.reduce((sum, workers) => sum + workers.count, 0);
  const running = new Set(Array.from({ length: count }, (_, index) => `w${index}`));
  const known = new Set(running);
  for (const [index, fault] of [...faults.entries()].toSorted(([, a], [, b]) => effectAtMs(a) - effectAtMs(b))) {
    const { kind, worker } = fault;
    if (worker === undefined) continue;
    const error = (expected: string): ParetoError =>
      fieldError(fieldAt(field, 'faults', index, 'worker'), `expected ${expected}, received "${worker}"`);
    if (kind === 'worker-joins') {
      if (running.has(worker)) throw error('a new worker, or one that has failed, hangs or has left before');
      running.add(worker);
      known.add(worker);
    } else if (!known.has(worker)) {
      throw error(`a worker from w0 to w${count - 1}, or one that joins before`);
    }
    if (kind === 'worker-fails' || kind === 'worker-hangs' || kind === 'worker-leaves') running.delete(worker);
  }
}

export function checkName(name: string, known: readonly string[], expected: string, at: () => Field): void {
  if (known.includes(name)) return;
  const near = nearestName(name, known);
  const hint = near === undefined ? `: ${cutText(known.join(', '))}` : `; did you mean ${near}?`;
  throw fieldError(at(), `expected ${expected}, received "${name}"${hint}`);
}
