// Waiting until all that is to be made and measured of architectures is done, whatever happens to the controllers meanwhile.

import { milliseconds, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from '../connection/connect.js';
import { repeat, type RepeatOptions } from '../connection/repeat.js';

/** One look at the jobs, and at what they brought so far. */
export interface JobsSnapshot {
  readonly jobs: readonly wire.Job[];
  readonly variants: readonly wire.Variant[];
  readonly outcomes: readonly wire.RecipeOutcome[];
  /** Some worker is connected. */
  readonly workers: boolean;
  readonly done: boolean;
}

export type ArchitectureVersion = Pick<wire.Architecture, 'name' | 'version'>;

export interface WaitOptions extends RepeatOptions {
  /** Told of each look, the last one included. */
  readonly onSnapshot: (snapshot: JobsSnapshot) => void;
}

const pollMs = milliseconds(300);

/** A controller that stands by may hear of a registration a little later than the one that took it. */
const maxMissing = 20;

/**
 * Waits for as long as it takes. `name` is of a task or an architecture, empty: all; `wanted` what is waited for of it.
 * Throws `not-found` when one of those is registered no more.
 */
export async function waitForJobs(
  clients: ControllerClients,
  name: string,
  wanted: readonly ArchitectureVersion[],
  options: WaitOptions,
): Promise<JobsSnapshot> {
  const { signal, clock, onSnapshot } = options;
  for (let missing = 0; ;) {
    const snapshot = await repeat(() => readJobs(clients, name, wanted, signal), {
      ...options,
      maxFailingMs: Infinity,
    });
    onSnapshot(snapshot);
    if (snapshot.done) return snapshot;
    missing = snapshot.jobs.length < wanted.length ? missing + 1 : 0;
    if (missing === maxMissing) throw notThere(wanted, snapshot.jobs);
    await clock.sleep(pollMs, signal);
  }
}

/** What was made and measured is asked for after the jobs, so that it is there of all steps that are done. */
async function readJobs(
  { registry, fleet }: ControllerClients,
  name: string,
  wanted: readonly ArchitectureVersion[],
  signal: AbortSignal,
): Promise<JobsSnapshot> {
  const [{ jobs }, { workers }] = await Promise.all([
    registry.jobs({ name }, { signal }),
    fleet.listWorkers({}, { signal }),
  ]);
  const made = name === '' ? registry.list({ task: '' }, { signal }) : registry.describe({ name }, { signal });
  return jobsSnapshot(jobs, await made, wanted, workers);
}

const versionKey = (name: string, version: number): string => `${name}@${version}`;

/** Of the versions that are wanted alone. A job without a step has not met a worker yet. */
export function jobsSnapshot(
  all: readonly wire.Job[],
  { variants, outcomes }: Pick<wire.DescribeResponse, 'variants' | 'outcomes'>,
  wanted: readonly ArchitectureVersion[],
  workers: readonly Pick<wire.Worker, 'connected'>[],
): JobsSnapshot {
  const versions = new Set(wanted.map(({ name, version }) => versionKey(name, version)));
  const isWanted = ({ architecture, version }: { readonly architecture: string; readonly version: number }): boolean =>
    versions.has(versionKey(architecture, version));
  const jobs = all.filter(isWanted);
  return {
    jobs,
    variants: variants.filter(isWanted),
    outcomes: outcomes.filter(isWanted),
    workers: workers.some(({ connected }) => connected),
    done: jobs.length >= versions.size && jobs.every(({ done, steps }) => done && steps.length > 0),
  };
}

function notThere(wanted: readonly ArchitectureVersion[], jobs: readonly wire.Job[]): ParetoError {
  const found = new Set(jobs.map(({ architecture, version }) => versionKey(architecture, version)));
  const gone = wanted.filter(({ name, version }) => !found.has(versionKey(name, version)));
  return new ParetoError(
    'not-found',
    `nothing is made or measured of ${gone.map(({ name, version }) => `${name} version ${version}`).join(', ')}: was it deleted, or another version of it registered meanwhile?`,
  );
}
