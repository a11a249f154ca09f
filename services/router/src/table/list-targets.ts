// The targets of a routing table.

import type { Architecture, Candidate, Signature, TargetEntry, Task } from '@pareto/core';
import { groupBy } from './group-by.js';

const noSignature: Signature = { inputs: [], outputs: [], batched: false };

/** Every name that a query may use: tasks, architectures, variants. */
export function listTargets(
  allTasks: readonly Task[],
  allArchitectures: readonly Architecture[],
  candidates: readonly Candidate[],
): ReadonlyMap<string, TargetEntry> {
  const tasks = new Map(allTasks.map((task) => [task.name, task]));
  const byArchitecture = groupBy(candidates, (candidate) => candidate.architecture);
  const architectures = [...groupBy(allArchitectures, ({ name }) => name)];
  const entries: TargetEntry[] = [];
  for (const task of tasks.values()) {
    const own = new Set(allArchitectures.filter((each) => each.task === task.name).map(({ name }) => name));
    entries.push(
      taskEntry(
        task,
        candidates.filter((candidate) => own.has(candidate.architecture)),
      ),
    );
  }
  for (const [name, versions] of architectures) {
    entries.push(...architectureEntries(tasks, versions, byArchitecture.get(name) ?? []));
  }
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function taskEntry(task: Task, candidates: readonly Candidate[]): TargetEntry {
  const { name, metric, defaultObjective, signature = noSignature } = task;
  const maxBatchSize = largestBatch(candidates);
  return {
    kind: 'task',
    name,
    task: name,
    versions: [1],
    signature,
    metric,
    defaultObjective,
    maxBatchSize,
    candidates,
  };
}

/** An architecture and its variants. */
function architectureEntries(
  tasks: ReadonlyMap<string, Task>,
  versions: readonly Architecture[],
  candidates: readonly Candidate[],
): readonly TargetEntry[] {
  const ascending = versions.toSorted((a, b) => a.version - b.version);
  const current = ascending.at(-1);
  const task = tasks.get(current?.task ?? '');
  if (current === undefined || task === undefined) return [];
  const base = {
    task: task.name,
    versions: ascending.map(({ version }) => version),
    signature: current.signature,
    metric: task.metric,
    defaultObjective: namedObjective(task),
  };
  const entry = (kind: TargetEntry['kind'], name: string, own: readonly Candidate[]): TargetEntry => ({
    ...base,
    kind,
    name,
    maxBatchSize: largestBatch(own),
    candidates: own,
  });
  const variants = groupBy(candidates, ({ variant }) => variant);
  return [
    entry('architecture', current.name, candidates),
    ...Array.from(variants, ([name, own]) => entry('variant', name, own)),
  ];
}

/** Who names a model has chosen its accuracy and price: of the task's default objective only the rest applies. */
function namedObjective({ defaultObjective }: Task): TargetEntry['defaultObjective'] {
  return { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };
}

const largestBatch = (candidates: readonly Candidate[]): number =>
  Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize));
