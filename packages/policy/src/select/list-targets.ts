// The targets of a routing table: what each task, architecture and variant chooses from.

import {
  groupBy,
  sameItems,
  shownMetric,
  type Architecture,
  type Candidate,
  type Labels,
  type RuleInForce,
  type Signature,
  type TargetEntry,
  type Task,
} from '@pareto/core';
import { exclusionsOf } from './exclusions.js';
import { cheapestFirst } from './order.js';
import { applicableRules } from './rules.js';

const noSignature: Signature = { inputs: [], outputs: [], batched: false };

/** Returns a target for every name that a query may use. `candidates` are by architecture. */
export type TargetLister = (
  tasks: readonly Task[],
  architectures: readonly Architecture[],
  candidates: ReadonlyMap<string, readonly Candidate[]>,
  rules: readonly RuleInForce[],
) => ReadonlyMap<string, TargetEntry>;

/** Creates a lister that reuses the entries of its previous call if all their parts are the same objects. */
export function createTargetLister(): TargetLister {
  let previous: ReadonlyMap<string, CachedEntries> = new Map();
  return (allTasks, allArchitectures, candidates, allRules) => {
    const now = new Map<string, CachedEntries>();
    const reuse = (name: string, parts: readonly unknown[], build: () => readonly TargetEntry[]): void => {
      const known = previous.get(name);
      now.set(name, known !== undefined && sameItems(known.parts, parts) ? known : { parts, entries: build() });
    };
    const rulesFor = createRuleLister(allRules);
    const tasks = new Map(allTasks.map((task) => [task.name, task]));
    const architectures = [...groupBy(allArchitectures, ({ name }) => name)].map(ascending);
    const byTask = groupBy(architectures, ([, versions]) => versions.at(-1)?.task ?? '');
    for (const task of allTasks) {
      const own = (byTask.get(task.name) ?? []).map(([name]) => candidates.get(name) ?? none);
      const rules = rulesFor('task', task.name, own.flat());
      const labels = (byTask.get(task.name) ?? []).map(
        ([name, versions]) => servedOf(versions, candidates.get(name) ?? none)?.labels ?? noLabels,
      );
      const build = () => [taskEntry(task, own.flat().sort(cheapestFirst), rules, labels)];
      reuse(`task ${task.name}`, [task, ...own, ...rules, ...labels], build);
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

/** Indexes the warmth rules by task, since there may be very many and each concerns only one task. */
function createRuleLister(
  all: readonly RuleInForce[],
): (kind: TargetEntry['kind'], task: string, members: readonly Candidate[]) => readonly RuleInForce[] {
  const isWarmth = ({ kind }: RuleInForce): boolean => kind === 'warm' || kind === 'cold';
  const general = all.filter((rule) => !isWarmth(rule));
  const warmthRules = groupBy(all.filter(isWarmth), ({ task }) => task);
  return (kind, task, members) => {
    const own = warmthRules.get(task);
    if (own === undefined && general.length === 0) return noRules;
    return applicableRules(kind, task, members, own === undefined ? general : [...general, ...own]);
  };
}

const ascending = ([name, versions]: readonly [string, readonly Architecture[]]) =>
  [name, versions.toSorted((a, b) => a.version - b.version)] as const;

/** Returns the version of the candidates, or the newest one without candidates. */
const servedOf = (versions: readonly Architecture[], candidates: readonly Candidate[]): Architecture | undefined =>
  versions.find(({ version }) => version === candidates[0]?.version) ?? versions.at(-1);

interface CachedEntries {
  /** Inputs that the entries were built from. */
  readonly parts: readonly unknown[];
  readonly entries: readonly TargetEntry[];
}

function taskEntry(
  task: Task,
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
  labels: readonly Labels[],
): TargetEntry {
  const { name, defaultObjective, signature = noSignature } = task;
  const metric = shownMetric(task);
  const base = { task: name, versions: [1], signature, metric, defaultObjective, labels: mergeLabels(labels) };
  return { ...base, ...choiceOf({ kind: 'task', name, task: name }, candidates, rules) };
}

const mergeLabels = (all: readonly Labels[]): Labels => Object.assign({}, ...all) as Labels;

/** Returns the entries of an architecture and of its variants. `versions` are in ascending order. */
function architectureEntries(
  task: Task | undefined,
  versions: readonly Architecture[],
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
): readonly TargetEntry[] {
  const current = servedOf(versions, candidates);
  if (current === undefined || task === undefined) return [];
  const base = {
    versions: versions.map(({ version }) => version),
    signature: current.signature,
    labels: current.labels,
    metric: shownMetric(task),
    defaultObjective: modelObjective(task),
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

/** Returns the candidates of a target, with the exclusions and batch size that follow from its rules. */
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

/** Returns the task's default objective without accuracy and cost: a client that names a model has chosen both. */
function modelObjective({ defaultObjective }: Task): TargetEntry['defaultObjective'] {
  return { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };
}

const maxBatchOf = (candidates: readonly Candidate[]): number =>
  Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize));
