// The targets of a routing table.

import type { Architecture, Candidate, Signature, TargetEntry, Task } from '@pareto/core';
import { cheapestFirst } from './candidate-groups.js';
import { groupBy } from './group-by.js';

const noSignature: Signature = { inputs: [], outputs: [], batched: false };

/** Lists every name that a query may use: tasks, architectures, variants. `candidates` are by architecture. */
export type TargetLister = (
  tasks: readonly Task[],
  architectures: readonly Architecture[],
  candidates: ReadonlyMap<string, readonly Candidate[]>,
) => ReadonlyMap<string, TargetEntry>;

/** Entries whose parts are the same as in the list before are the same too. */
export function createTargetLister(): TargetLister {
  let kept: ReadonlyMap<string, Kept> = new Map();
  return (allTasks, allArchitectures, candidates) => {
    const now = new Map<string, Kept>();
    const keep = (name: string, parts: readonly unknown[], make: () => readonly TargetEntry[]): void => {
      const known = kept.get(name);
      now.set(name, known !== undefined && isSame(known.parts, parts) ? known : { parts, entries: make() });
    };
    const tasks = new Map(allTasks.map((task) => [task.name, task]));
    const architectures = [...groupBy(allArchitectures, ({ name }) => name)].map(ascending);
    const byTask = groupBy(architectures, ([, versions]) => versions.at(-1)?.task ?? '');
    for (const task of allTasks) {
      const own = (byTask.get(task.name) ?? []).map(([name]) => candidates.get(name) ?? none);
      keep(`task ${task.name}`, [task, ...own], () => [taskEntry(task, own.flat().sort(cheapestFirst))]);
    }
    for (const [name, versions] of architectures) {
      const own = candidates.get(name) ?? none;
      const task = tasks.get(versions.at(-1)?.task ?? '');
      keep(name, [task, own, ...versions], () => architectureEntries(task, versions, own));
    }
    kept = now;
    return new Map([...now.values()].flatMap(({ entries }) => entries).map((entry) => [entry.name, entry]));
  };
}

const none: readonly Candidate[] = [];

const ascending = ([name, versions]: readonly [string, readonly Architecture[]]) =>
  [name, versions.toSorted((a, b) => a.version - b.version)] as const;

interface Kept {
  /** What the entries were made of. */
  readonly parts: readonly unknown[];
  readonly entries: readonly TargetEntry[];
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((part, i) => part === b[i]);

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
    exclusions: undefined,
    rules: [],
  };
}

/** An architecture, of its versions in ascending order, and its variants. */
function architectureEntries(
  task: Task | undefined,
  versions: readonly Architecture[],
  candidates: readonly Candidate[],
): readonly TargetEntry[] {
  const current = versions.at(-1);
  if (current === undefined || task === undefined) return [];
  const base = {
    task: task.name,
    versions: versions.map(({ version }) => version),
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
    exclusions: undefined,
    rules: [],
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
