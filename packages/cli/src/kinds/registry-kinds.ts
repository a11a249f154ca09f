// The kinds of `pareto get` for registered objects: tasks, models and variants.

import { formatBytes, originalRecipe, type MeasuredBy } from '@pareto/core';
import { p50At, p99At } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { measuredByIn } from '../candidates/measured-by.js';
import { formatDefaultObjective, formatTensors } from '../objects/task-text.js';
import { accuracyColumns } from '../terminal/accuracy-columns.js';
import { formatCost, formatMs, formatSpan, formatUsd } from '../terminal/format.js';
import { formatAttainment, milliseconds, perSecond } from '../dashboard/load-tables.js';
import { stateOf } from '../objects/variant-state.js';
import { createKind, type Kind, type Query } from './kind.js';

interface TaskRow extends wire.Task {
  readonly models: number;
  readonly variants: number;
  readonly replicasReady: number;
  /** Load of the task. Undefined if the controller reports none. */
  readonly load: wire.TaskLoad | undefined;
  /** Metric and scale of the accuracies of the task. Undefined if none was measured. */
  readonly measuredBy: MeasuredBy | undefined;
}

const nothing = "nothing is registered: 'pareto register --help' shows how";

async function listTasks({ clients, task: only, signal }: Query): Promise<readonly TaskRow[]> {
  const [list, overview] = await Promise.all([
    clients.registry.list({ task: only }, { signal }),
    clients.fleet.overview({}, { signal }),
  ]);
  return list.tasks.map((task) => {
    const models = new Set(list.architectures.filter((each) => each.task === task.name).map(({ name }) => name));
    const variants = list.variants.filter(({ architecture }) => models.has(architecture));
    return {
      ...task,
      models: models.size,
      variants: variants.length,
      replicasReady: variants.reduce((sum, { replicasReady }) => sum + replicasReady, 0),
      load: overview.tasks.find((load) => load.task === task.name),
      measuredBy: measuredByIn(list, task.name),
    };
  });
}

export const tasks: Kind = createKind<TaskRow>({
  name: 'tasks',
  aliases: ['task', 't'],
  summary: 'targets of queries: default objective, load, attainment',
  none: nothing,
  list: listTasks,
  nameOf: ({ name }) => name,
  columns: (paint) => [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'METRIC', drop: 4, cell: ({ metric }) => metric || '-' },
    { title: 'PROMISES', text: true, cell: (task) => formatDefaultObjective(task, task.measuredBy) },
    { title: 'MODELS', align: 'right', drop: 6, cell: ({ models }) => String(models) },
    { title: 'VARIANTS', align: 'right', drop: 5, cell: ({ variants }) => String(variants) },
    { title: 'READY', align: 'right', drop: 2, cell: ({ replicasReady }) => String(replicasReady) },
    {
      title: 'REQ/S',
      align: 'right',
      cell: ({ load }) => (load === undefined ? '-' : perSecond(load.requestsPerSecond)),
    },
    { title: 'P99', align: 'right', drop: 3, cell: ({ load }) => milliseconds(load?.p99Ms) },
    {
      title: 'ATTAINMENT',
      align: 'right',
      cell: ({ load }) => (load === undefined ? '-' : formatAttainment(load, paint)),
    },
    { title: 'USD/H', align: 'right', wide: true, cell: ({ load }) => formatUsd(load?.usdPerHour ?? 0) },
    { title: 'INPUTS', wide: true, cell: ({ signature }) => formatTensors(signature?.inputs) },
    { title: 'OUTPUTS', wide: true, cell: ({ signature }) => formatTensors(signature?.outputs) },
  ],
});

/** Returns the measurement with the lowest p99, or the first one if none has a profile. */
function best({ measurements }: wire.Variant): wire.Measurement | undefined {
  const measured = measurements.filter(({ profile }) => profile !== null);
  const p99 = ({ profile }: wire.Measurement): number =>
    profile === null || profile.points.length === 0 ? Infinity : p99At(profile, 1);
  return measured.toSorted((a, b) => p99(a) - p99(b))[0] ?? measurements[0];
}

interface ModelRow extends wire.Architecture {
  readonly variants: number;
  readonly replicasReady: number;
  /** Accuracy of the model as it was trained. Null if it was not measured. */
  readonly accuracy: wire.Accuracy | null;
}

const sizeOf = ({ manifest }: wire.Architecture): number =>
  manifest?.files.reduce((total, file) => total + file.sizeBytes, 0) ?? 0;

/** Returns whether the name can go back to the version, and how long it is kept. Controllers of older releases report neither. */
function formatKept({ version, currentVersion, keptMs, rollbackError }: wire.Architecture): string {
  if (currentVersion === 0) return '-';
  if (version === currentVersion) return 'current';
  if (rollbackError !== '') return `no: ${rollbackError}`;
  return keptMs === 0 ? 'yes' : `yes, for ${formatSpan(keptMs)}`;
}

export const models: Kind = createKind<ModelRow>({
  name: 'models',
  aliases: ['model', 'm', 'architectures', 'architecture', 'arch'],
  summary: 'trained models (architectures) and their versions',
  none: nothing,
  async list({ clients, task, signal }) {
    const list = await clients.registry.list({ task }, { signal });
    return list.architectures.map((each) => {
      const own = list.variants.filter(
        ({ architecture, version }) => architecture === each.name && version === each.version,
      );
      const ready = own.reduce((sum, { replicasReady }) => sum + replicasReady, 0);
      const trained = own.find(({ recipe }) => recipe === originalRecipe);
      const accuracy = (trained && best(trained)?.accuracy) ?? null;
      return { ...each, variants: own.length, replicasReady: ready, accuracy };
    });
  },
  nameOf: ({ name }) => name,
  columns: () => [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'TASK', drop: 1, cell: ({ task }) => task },
    { title: 'VERSION', align: 'right', drop: 2, cell: ({ version }) => String(version) },
    ...accuracyColumns(({ accuracy }: ModelRow) => accuracy, 6),
    { title: 'VARIANTS', align: 'right', drop: 3, cell: ({ variants }) => String(variants) },
    { title: 'READY', align: 'right', cell: ({ replicasReady }) => String(replicasReady) },
    {
      title: 'LARGEST BATCH',
      align: 'right',
      drop: 5,
      cell: ({ maxBatchSize }) => (maxBatchSize === 0 ? '-' : String(maxBatchSize)),
    },
    { title: 'SIZE', align: 'right', drop: 4, cell: (model) => formatBytes(sizeOf(model)) },
    { title: 'ROLLBACK', wide: true, text: true, cell: formatKept },
    { title: 'DIGEST', wide: true, cell: ({ modelDigest }) => modelDigest.slice('sha256:'.length).slice(0, 12) },
    { title: 'INPUTS', wide: true, cell: ({ signature }) => formatTensors(signature?.inputs) },
    { title: 'OUTPUTS', wide: true, cell: ({ signature }) => formatTensors(signature?.outputs) },
  ],
});

interface VariantRow extends wire.Variant {
  readonly task: string;
}

/** Formats a latency of the variant's best measurement. */
function latencyOf(variant: wire.Variant, latencyAt: typeof p99At): string {
  const profile = best(variant)?.profile ?? { points: [] };
  return profile.points.length === 0 ? '-' : formatMs(latencyAt(profile, 1));
}

export const variants: Kind = createKind<VariantRow>({
  name: 'variants',
  aliases: ['variant', 'v', 'var'],
  summary: 'runnable forms of models: accuracy, latency, cost, state',
  none: nothing,
  async list({ clients, task, signal }) {
    const list = await clients.registry.list({ task }, { signal });
    const taskOf = new Map(list.architectures.map((each) => [each.name, each.task]));
    return list.variants.map((variant) => ({ ...variant, task: taskOf.get(variant.architecture) ?? '' }));
  },
  nameOf: ({ name }) => name,
  columns: () => [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'TASK', drop: 3, cell: ({ task }) => task },
    ...accuracyColumns((variant: VariantRow) => best(variant)?.accuracy, 5),
    {
      title: 'P50 BATCH 1',
      align: 'right',
      drop: 4,
      cell: (variant) => latencyOf(variant, p50At),
    },
    {
      title: 'P99 BATCH 1',
      align: 'right',
      drop: 1,
      cell: (variant) => latencyOf(variant, p99At),
    },
    { title: 'USD/1M', drop: 2, cell: ({ costPer_1k }) => formatCost(costPer_1k) },
    { title: 'SIZE', align: 'right', wide: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
    {
      title: 'MEMORY',
      align: 'right',
      wide: true,
      cell: (variant) => formatBytes(best(variant)?.profile?.memoryBytes ?? 0),
    },
    {
      title: 'ON',
      wide: true,
      cell: ({ measurements }) => measurements.map(({ hardwareClass }) => hardwareClass).join(', '),
    },
    { title: 'STATE', text: true, cell: (variant) => stateOf(variant).text },
  ],
});
