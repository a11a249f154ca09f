// Waits until all jobs of some architectures are finished, across failures of the controllers.

import { milliseconds, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../connection/connect.js';
import { repeat, type RepeatOptions } from '../connection/repeat.js';

/** The jobs and their results at one moment. */
export interface JobsSnapshot {
  readonly jobs: readonly wire.Job[];
  readonly architectures: readonly wire.Architecture[];
  readonly variants: readonly wire.Variant[];
  readonly outcomes: readonly wire.RecipeOutcome[];
  /** Set if a worker is connected. */
  readonly workers: boolean;
  readonly done: boolean;
}

export type ArchitectureVersion = Pick<wire.Architecture, 'name' | 'version'>;

export interface WaitOptions extends RepeatOptions {
  /** Called with each snapshot, including the last one. */
  readonly onSnapshot: (snapshot: JobsSnapshot) => void;
}

const pollMs = milliseconds(300);

/** Consecutive snapshots in which a job may be missing: a standby controller receives a registration later. */
const maxMissing = 20;

/**
 * Waits without a time limit until the jobs of the `wanted` versions are finished. `name` is a task or an architecture
 * that contains them, or empty for all. Throws `not-found` if one of the versions is deleted or replaced.
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
    if (missing === maxMissing) throw missingError(wanted, snapshot.jobs);
    await clock.sleep(pollMs, signal);
  }
}

/** Reads a snapshot. Reads the results after the jobs, so that they include those of all finished steps. */
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
  const results = name === '' ? registry.list({ task: '' }, { signal }) : registry.describe({ name }, { signal });
  return jobsSnapshot(jobs, await results, wanted, workers);
}

const versionKey = (name: string, version: number): string => `${name}@${version}`;

/** Restricts a snapshot to the `wanted` versions. A job without steps is unfinished: no worker has joined yet. */
export function jobsSnapshot(
  all: readonly wire.Job[],
  { architectures, variants, outcomes }: Pick<wire.DescribeResponse, 'architectures' | 'variants' | 'outcomes'>,
  wanted: readonly ArchitectureVersion[],
  workers: readonly Pick<wire.Worker, 'connected'>[],
): JobsSnapshot {
  const versions = new Set(wanted.map(({ name, version }) => versionKey(name, version)));
  const isWanted = ({ architecture, version }: { readonly architecture: string; readonly version: number }): boolean =>
    versions.has(versionKey(architecture, version));
  const jobs = all.filter(isWanted);
  return {
    jobs,
    architectures: architectures.filter(({ name, version }) => versions.has(versionKey(name, version))),
    variants: variants.filter(isWanted),
    outcomes: outcomes.filter(isWanted),
    workers: workers.some(({ connected }) => connected),
    done: jobs.length >= versions.size && jobs.every(({ done, steps }) => done && steps.length > 0),
  };
}

function missingError(wanted: readonly ArchitectureVersion[], jobs: readonly wire.Job[]): ParetoError {
  const found = new Set(jobs.map(({ architecture, version }) => versionKey(architecture, version)));
  const gone = wanted.filter(({ name, version }) => !found.has(versionKey(name, version)));
  return new ParetoError(
    'not-found',
    `there are no jobs for ${gone.map(({ name, version }) => `${name} version ${version}`).join(', ')}: it may have been deleted, or replaced by another version`,
  );
}
