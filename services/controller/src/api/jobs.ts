// The jobs of all current versions: the steps to make and measure, with their states. Pure.

import type { Architecture, Plan, WorkerId } from '@pareto/core';
import {
  fleetClasses,
  listSteps,
  sameTarget,
  type FleetClass,
  type PlacementArchitecture,
  type PlacementWorker,
  type Step,
  type WorkTarget,
} from '@pareto/policy';
import type { Complete, wire } from '@pareto/protocol';
import { notFound } from '../registry/not-found.js';
import { observeWorkers, type ClusterView } from '../cluster/observe.js';
import { currentVersions } from '../registry/registry-view.js';

/**
 * Returns the jobs of a task's architectures, of one architecture, or of all if `name` is empty. Throws `not-found`.
 */
export function listJobs(view: ClusterView, deferred: Plan['deferred'], name: string): wire.JobInput[] {
  const { tasks, architectures, variants } = view.registry;
  if (name !== '' && !tasks.has(name) && !architectures.has(name)) throw notFound('task or architecture', name);
  const classes = jobClasses(observeWorkers(view));
  const running = runningSteps(view);
  return currentVersions(view.registry)
    .filter(({ architecture }) => name === '' || name === architecture.name || name === architecture.task)
    .map((planned) => {
      const own = [...variants.values()].filter(({ variant }) => variant.architecture === planned.architecture.name);
      const steps = listSteps(planned, own, classes);
      const job = describeJob(planned, steps, running, deferred);
      return { ...job, done: classes.length > 0 && steps.every(({ state }) => state !== 'open') };
    });
}

/**
 * Returns the hardware classes of workers that are connected or awaited. If there are none, those of all known workers.
 */
function jobClasses(workers: readonly PlacementWorker[]): readonly FleetClass[] {
  const expected = workers.filter(({ presence }) => presence !== 'gone');
  const classes = fleetClasses(expected.map(asConnected));
  return classes.length > 0 ? classes : fleetClasses(workers.map(asConnected));
}

const asConnected = (worker: PlacementWorker): PlacementWorker => ({ ...worker, presence: 'connected' });

interface Running {
  readonly target: WorkTarget;
  readonly worker: WorkerId;
  readonly progress: string;
}

function runningSteps({ records, fleet }: ClusterView): readonly Running[] {
  return Array.from(records.workers.values(), ({ value }) => value.info.id).flatMap((worker) => {
    const target = fleet.ordered(worker);
    return target === undefined ? [] : [{ target, worker, progress: fleet.lastReport(worker)?.progress ?? '' }];
  });
}

function describeJob(
  { architecture }: PlacementArchitecture,
  steps: readonly Step[],
  running: readonly Running[],
  deferred: Plan['deferred'],
): Complete<wire.JobInput, 'done'> {
  return {
    architecture: architecture.name,
    version: architecture.version,
    task: architecture.task,
    steps: steps.map((step) => ({ ...namesOf(step), ...stateOf(architecture, step, running, deferred) })),
  };
}

const namesOf = ({ kind, recipe, variant, hardwareClass }: Step): wire.JobStepInput => ({
  ...{ kind, recipe, variant: variant ?? '', hardwareClass: hardwareClass ?? '' },
});

function stateOf(
  architecture: Architecture,
  step: Step,
  running: readonly Running[],
  deferred: Plan['deferred'],
): Pick<wire.JobStepInput, 'state' | 'detail' | 'worker'> {
  const { state, detail, waitsFor } = step;
  if (state !== 'open') return { state, detail };
  const target = targetOf(architecture, step);
  const runs = running.find((one) => target !== undefined && sameTarget(one.target, target));
  if (runs !== undefined) return { state: 'running', detail: runs.progress, worker: runs.worker };
  const planned = deferred.find(
    (one) =>
      one.architecture === architecture.name &&
      one.version === architecture.version &&
      one.recipe === step.recipe &&
      one.hardwareClass === step.hardwareClass,
  );
  return { state: 'waiting', detail: waitsFor ?? planned?.reason ?? 'not assigned to a worker yet' };
}

function targetOf(
  { name, version }: Architecture,
  { kind, recipe, variant, hardwareClass }: Step,
): WorkTarget | undefined {
  if (kind === 'make') return { kind, architecture: name, version, recipe };
  return variant === undefined || hardwareClass === undefined ? undefined : { kind, variant, version, hardwareClass };
}
