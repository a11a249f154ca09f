// Describes the registry to operators: tasks, architectures, and variants with their measurements and states.

import {
  dynamicBatch,
  originalRecipe,
  parseTarget,
  shownMetric,
  type Architecture,
  type Task,
  type Variant,
  type VariantId,
  type VersionChange,
} from '@pareto/core';
import {
  classifyVariant,
  defaultClassifyParams,
  denialOf,
  keptUntilWallMs,
  rollbackError,
  utilisationOf,
  type LiveReplica,
  type PlacementVariant,
  type VariantObservation,
} from '@pareto/policy';
import {
  architectureToWire,
  measurementToWire,
  recipeOutcomeToWire,
  taskToWire,
  type Complete,
  type wire,
} from '@pareto/protocol';
import type { ClusterView } from '../cluster/observe.js';
import { changesOf, currentVersion } from '../registry/name-claims.js';
import { notFound } from '../registry/not-found.js';
import { costOf, currentVersions, latencyOf, variantsOfVersion, type RegistryView } from '../registry/registry-view.js';

export const describeTask = (task: Task): Complete<wire.TaskInput> => ({
  ...taskToWire(task),
  metric: shownMetric(task) ?? '',
});

/** Returns the registry entries of one task, or of all tasks if `task` is empty. Throws `not-found`. */
export function listRegistry(view: ClusterView, task: string, keepMs: number): wire.ListResponseInput {
  const { tasks, architectures, variants } = view.registry;
  if (task !== '' && !tasks.has(task)) throw notFound('task', task);
  const isOf = (name: string): boolean => task === '' || name === task;
  return {
    tasks: [...tasks.values()].filter(({ name }) => isOf(name)).map(describeTask),
    architectures: [...architectures.values()]
      .flatMap(ascending)
      .filter((a) => isOf(a.task))
      .map((a) => describeArchitecture(view, a, keepMs)),
    variants: [...variants.values()].filter(({ variant }) => isOf(variant.task)).map((v) => describeVariant(view, v)),
    outcomes: currentVersions(view.registry)
      .filter(({ architecture }) => isOf(architecture.task))
      .flatMap(({ outcomes }) => outcomes.map(recipeOutcomeToWire)),
  };
}

/** Returns the registry entries of a task, an architecture or a variant. Throws `not-found`. */
export function describeName(view: ClusterView, name: string, keepMs: number): wire.DescribeResponseInput {
  const target = parseTarget(name);
  const { tasks, architectures, variants } = view.registry;
  if (target.kind === 'name' && tasks.has(name)) {
    const { tasks: found = [], ...rest } = listRegistry(view, name, keepMs);
    return { task: found[0] ?? null, ...rest };
  }
  const architecture = target.kind === 'name' ? name : target.architecture;
  const versions = architectures.get(architecture) ?? [];
  const chosen = [...variants.values()].filter(({ variant }) =>
    target.kind === 'name' ? variant.architecture === name : variant.id === target.variant,
  );
  const task = tasks.get(versions[0]?.task ?? '');
  if (task === undefined || chosen.length === 0) throw notFound('task, architecture or variant', name);
  return {
    task: describeTask(task),
    architectures: ascending(versions).map((version) => describeArchitecture(view, version, keepMs)),
    variants: chosen.map((variant) => describeVariant(view, variant)),
    outcomes: (view.registry.outcomes.get(architecture) ?? []).map(recipeOutcomeToWire),
    changes: describeChanges(view, architecture),
  };
}

const ascending = (versions: readonly Architecture[]): readonly Architecture[] =>
  versions.toSorted((a, b) => a.version - b.version);

/**
 * Describes a version of an architecture. `keepMs` is the time for which a version is kept after it was replaced, 0 for no
 * limit.
 */
export function describeArchitecture(
  { served, records, registry, wallMs }: ClusterView,
  architecture: Architecture,
  keepMs: number,
): Complete<wire.ArchitectureInput, 'rolledBackFrom' | 'keptBy'> {
  const { name, version } = architecture;
  const current = currentVersion(records, name);
  const isInUse = version === current || registry.older.get(name)?.includes(version) === true;
  const until = isInUse ? undefined : keptUntilWallMs(version, changesOf(records, name), keepMs);
  return {
    ...architectureToWire(architecture),
    servedVersion: served.get(name) ?? 0,
    currentVersion: current,
    // A version whose time is over is about to be removed.
    keptMs: until === undefined ? 0 : Math.max(1, until - wallMs),
    rollbackError: (version === current ? undefined : rollbackError(variantsOfVersion(registry, architecture))) ?? '',
  };
}

const describeChanges = (view: ClusterView, name: string): Complete<wire.VersionChangeInput>[] =>
  changesOf(view.records, name)
    .map((change) => changeToWire(view, change))
    .toReversed();

export const changeToWire = (
  { wallMs }: Pick<ClusterView, 'wallMs'>,
  { version, from, atWallMs, by, reason }: VersionChange,
): Complete<wire.VersionChangeInput> => ({
  ...{ version, fromVersion: from, ageMs: Math.max(0, wallMs - atWallMs), actor: by, reason },
});

function describeVariant(
  view: ClusterView,
  { variant, measurements, accuracyMarks, dominatedBy }: PlacementVariant,
): Complete<wire.VariantInput> {
  const { id, version, architecture, recipe, provider, option = '', task, quarantineReason = '' } = variant;
  const latencyMs = latencyOf(view.registry, task);
  const costs = measurements.flatMap((m) => costOf(m, view.prices, latencyMs) ?? []);
  const observed = observeVariant(view, id, version);
  return {
    name: id,
    architecture,
    version,
    recipe,
    provider,
    measurements: measurements.map((m) => ({
      ...measurementToWire(m),
      // Clients need the result of the comparisons only.
      scores: undefined,
      accuracyRank: accuracyMarks.get(m.hardwareClass)?.rank,
      disagreement: accuracyMarks.get(m.hardwareClass)?.disagreement,
      costPer_1k: costOf(m, view.prices, latencyMs) ?? 0,
    })),
    replicasReady: observed.replicasReady,
    state: classifyVariant(observed, defaultClassifyParams),
    costPer_1k: costs.length === 0 ? 0 : Math.min(...costs),
    quarantineReason,
    option,
    sizeBytes: variant.manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    dominatedBy: dominatedBy ?? '',
    note: noteOf(view.registry, variant),
    denied: describeDenial(view.registry, variant),
  };
}

/** Returns the note about how the variant's file was generated. */
function noteOf({ outcomes }: RegistryView, { architecture, recipe }: Variant): string {
  const madeBy = recipe === originalRecipe ? dynamicBatch : recipe;
  const made = outcomes.get(architecture)?.find((outcome) => outcome.recipe === madeBy)?.result;
  return made?.kind === 'made' ? made.note : '';
}

function describeDenial({ rules }: RegistryView, { id, architecture, task }: Variant): string {
  const rule = rules.find((each) => denialOf({ variant: id, architecture, task }, [each]) !== undefined);
  if (rule === undefined) return '';
  const by = rule.by === '' ? '' : ` by ${rule.by}`;
  return `rule ${rule.id}${by}${rule.reason === '' ? '' : `: ${rule.reason}`}`;
}

function observeVariant(view: ClusterView, id: VariantId, version: number): VariantObservation {
  const { registry, fleet, now, leadingSince } = view;
  const ready = [...registry.assignments.values()].flat().flatMap((assignment): readonly LiveReplica[] => {
    if (assignment.variant !== id || assignment.version !== version) return [];
    if (fleet.presence(assignment.worker, now, leadingSince) === 'gone') return [];
    const live = fleet.replicas(assignment.worker).get(assignment.replica);
    return live?.report.state === 'ready' ? [live] : [];
  });
  const utilisation = ready.reduce((sum, replica) => sum + utilisationOf(replica), 0) / Math.max(1, ready.length);
  return { replicasReady: ready.length, utilisation, interfered: ready.some(({ report }) => report.interfered) };
}
