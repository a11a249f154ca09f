// The targets of a routing table.

import {
  groupBy,
  type Architecture,
  type Candidate,
  type Labels,
  type RuleInForce,
  type Signature,
  type TargetEntry,
  type Task,
} from '@pareto/core';
import { exclusionsOf, applicableRules } from '@pareto/policy';
import { cheapestFirst } from './candidate-groups.js';

const noSignature: Signature = { inputs: [], outputs: [], batched: false };

/** Lists every name that a query may use: tasks, architectures, variants. `candidates` are by architecture. */
export type TargetLister = (
  tasks: readonly Task[],
  architectures: readonly Architecture[],
  candidates: ReadonlyMap<string, readonly Candidate[]>,
  rules: readonly RuleInForce[],
) => ReadonlyMap<string, TargetEntry>;

/** Entries whose parts are the same as in the list before are the same too. */
export function createTargetLister(): TargetLister {
  let previous: ReadonlyMap<string, CachedEntries> = new Map();
  return (allTasks, allArchitectures, candidates, allRules) => {
    const now = new Map<string, CachedEntries>();
    const reuse = (name: string, parts: readonly unknown[], make: () => readonly TargetEntry[]): void => {
      const known = previous.get(name);
      now.set(name, known !== undefined && isSame(known.parts, parts) ? known : { parts, entries: make() });
    };
    const rulesFor = createRuleLister(allRules);
    const tasks = new Map(allTasks.map((task) => [task.name, task]));
    const architectures = [...groupBy(allArchitectures, ({ name }) => name)].map(ascending);
    const byTask = groupBy(architectures, ([, versions]) => versions.at(-1)?.task ?? '');
    for (const task of allTasks) {
      const own = (byTask.get(task.name) ?? []).map(([name]) => candidates.get(name) ?? none);
      const rules = rulesFor('task', task.name, own.flat());
      const labels = (byTask.get(task.name) ?? []).map(([, versions]) => versions.at(-1)?.labels ?? noLabels);
      const make = () => [taskEntry(task, own.flat().sort(cheapestFirst), rules, labels)];
      reuse(`task ${task.name}`, [task, ...own, ...rules, ...labels], make);
    }
    for (const [name, versions] of architectures) {
      const own = candidates.get(name) ?? none;
      const task = tasks.get(versions.at(-1)?.task ?? '');
      const rules = rulesFor('architecture', task?.name ?? '', own);
      reuse(name, [task, own, ...versions, ...rules], () => architectureEntries(task, versions, own, rules));
    }
    previous = now;
    return new Map([...now.values()].flatMap(({ entries }) => entries).map((entry) => [entry.name, entry]));
  };
}

const none: readonly Candidate[] = [];
const noRules: readonly RuleInForce[] = [];
const noLabels: Labels = {};

/** A wish is about one task: only that one's are held against its members, for there may be very many. */
function createRuleLister(
  all: readonly RuleInForce[],
): (kind: TargetEntry['kind'], task: string, members: readonly Candidate[]) => readonly RuleInForce[] {
  const isForOne = ({ kind }: RuleInForce): boolean => kind === 'warm' || kind === 'cold';
  const general = all.filter((rule) => !isForOne(rule));
  const warmthRules = groupBy(all.filter(isForOne), ({ task }) => task);
  return (kind, task, members) => {
    const own = warmthRules.get(task);
    if (own === undefined && general.length === 0) return noRules;
    return applicableRules(kind, task, members, own === undefined ? general : [...general, ...own]);
  };
}

const ascending = ([name, versions]: readonly [string, readonly Architecture[]]) =>
  [name, versions.toSorted((a, b) => a.version - b.version)] as const;

interface CachedEntries {
  /** What the entries were made of. */
  readonly parts: readonly unknown[];
  readonly entries: readonly TargetEntry[];
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((part, i) => part === b[i]);

function taskEntry(
  task: Task,
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
  labels: readonly Labels[],
): TargetEntry {
  const { name, metric, defaultObjective, signature = noSignature } = task;
  const base = { task: name, versions: [1], signature, metric, defaultObjective, labels: mergeLabels(labels) };
  return { ...base, ...choiceOf({ kind: 'task', name, task: name }, candidates, rules) };
}

const mergeLabels = (all: readonly Labels[]): Labels => Object.assign({}, ...all) as Labels;

/** An architecture, of its versions in ascending order, and its variants. */
function architectureEntries(
  task: Task | undefined,
  versions: readonly Architecture[],
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
): readonly TargetEntry[] {
  const current = versions.find(({ version }) => version === candidates[0]?.version) ?? versions.at(-1);
  if (current === undefined || task === undefined) return [];
  const base = {
    versions: versions.map(({ version }) => version),
    signature: current.signature,
    labels: current.labels,
    metric: task.metric,
    defaultObjective: namedObjective(task),
  };
  const entry = (kind: TargetEntry['kind'], name: string, own: readonly Candidate[]): TargetEntry => ({
    ...base,
    ...choiceOf({ kind, name, task: task.name }, own, applicableRules(kind, task.name, own, rules)),
  });
  const variants = groupBy(candidates, ({ variant }) => variant);
  return [
    entry('architecture', current.name, candidates),
    ...Array.from(variants, ([name, own]) => entry('variant', name, own)),
  ];
}

type Choice = 'candidates' | 'exclusions' | 'rules' | 'maxBatchSize';

/** What the target chooses from. */
function choiceOf(
  named: Pick<TargetEntry, 'kind' | 'name' | 'task'>,
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
): Pick<TargetEntry, Choice | 'kind' | 'name' | 'task'> {
  const exclusions = exclusionsOf(named, candidates, rules);
  const eligible = candidates.filter((_, index) => exclusions?.[index] === undefined);
  return {
    ...named,
    candidates,
    exclusions,
    rules,
    maxBatchSize: maxBatchOf(eligible.length > 0 ? eligible : candidates),
  };
}

/** Who names a model has chosen its accuracy and price: of the task's default objective only the rest applies. */
function namedObjective({ defaultObjective }: Task): TargetEntry['defaultObjective'] {
  return { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };
}

const maxBatchOf = (candidates: readonly Candidate[]): number =>
  Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize));
