// Formats the description of a task, an architecture or a variant.

import { formatBytes, type MeasuredBy } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatTable, indent, wrap } from '@pareto/report';
import { formatBatches } from './batch-table.js';
import { measuredByOf } from '../../candidates/measured-by.js';
import { countedPoints, uncountedFact } from '../../objects/counted-latencies.js';
import { formatDefaultObjective, formatTensors } from '../../objects/task-text.js';
import { formatMs, formatPercent, formatSpan } from '../../terminal/format.js';
import { formatNotMade } from '../../objects/outcome-table.js';
import { formatPlacement, formatUnmetNeeds, type Description } from '../../objects/placement-tables.js';
import { liveFacts, rowFact } from '../../objects/row-facts.js';
import { formatVariantDetails } from '../../objects/variant-table.js';

/** Formats everything found under `name`. If it is a single variant, includes its whole profile and its replicas. */
export function formatDescription(
  name: string,
  { task, architectures, variants, outcomes, changes, replicas, unmetNeeds }: Description,
  width: number,
): string {
  const [variant] = variants;
  const isVariant = variant?.name === name;
  return [
    task === null ? '' : formatTask(task, measuredByOf(variants.flatMap(({ measurements }) => measurements)), width),
    formatArchitectures(architectures, width),
    isVariant ? '' : formatChanges(changes, width),
    formatVariantDetails(variants, width),
    isVariant ? '' : formatBatches(variants, width),
    ...(isVariant ? formatMeasurements(variant, width) : []),
    isVariant
      ? liveFacts(replicas)
          .flatMap((fact) => wrap(fact, width))
          .join('\n')
      : '',
    isVariant ? formatPlacement(replicas, width) : formatNotMade(outcomes, width),
    formatUnmetNeeds(unmetNeeds, width),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

const formatTask = (task: wire.Task, by: MeasuredBy | undefined, width: number): string =>
  [
    ...wrap(
      `task ${task.name}: ${task.metric || 'no metric'}, default objective: ${formatDefaultObjective(task, by)}`,
      width,
    ),
    ...indent(`inputs   ${formatTensors(task.signature?.inputs)}`, width),
    ...indent(`outputs  ${formatTensors(task.signature?.outputs)}`, width),
  ].join('\n');

const formatArchitectures = (architectures: readonly wire.Architecture[], width: number): string =>
  formatTable<wire.Architecture>(
    [
      { title: 'ARCHITECTURE', cell: ({ name }) => name },
      { title: 'VERSION', text: true, cell: versionOf },
      { title: 'LARGEST BATCH', align: 'right', drop: 1, cell: batchOf },
      { title: 'SIZE', align: 'right', drop: 2, cell: ({ manifest }) => formatBytes(sizeOf(manifest)) },
      { title: 'DOMINATED ONES', drop: 4, cell: ({ keepDominated }) => (keepDominated ? 'kept' : 'pruned') },
      { title: 'DIGEST', drop: 3, cell: ({ modelDigest }) => modelDigest.slice('sha256:'.length).slice(0, 12) },
    ],
    architectures,
    { width },
  );

/** Formats the version. Queries for the name are served by the previous version until the current one is as warm. */
function versionOf({ version, servedVersion, currentVersion }: wire.Architecture): string {
  if (servedVersion === version || (servedVersion === 0 && version === currentVersion)) return String(version);
  if (version === currentVersion) return `${version} (not as warm as ${servedVersion} yet)`;
  return currentVersion === 0 ? String(version) : `${version} (superseded)`;
}

const formatChanges = (changes: readonly wire.VersionChange[], width: number): string =>
  changes.length === 0
    ? ''
    : formatTable<wire.VersionChange>(
        [
          { title: 'AGO', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
          { title: 'TO VERSION', align: 'right', cell: ({ version }) => String(version) },
          { title: 'FROM', align: 'right', drop: 2, cell: ({ fromVersion }) => String(fromVersion) },
          { title: 'BY', drop: 1, cell: ({ actor }) => actor },
          { title: 'REASON', text: true, cell: ({ reason }) => reason },
        ],
        changes,
        { width },
      );

function batchOf({ maxBatchSize, fixedBatch, signature }: wire.Architecture): string {
  if (maxBatchSize > 0) return String(maxBatchSize);
  const isFixed = fixedBatch > 0 && signature?.inputs[0]?.dims[0] !== -1;
  return isFixed ? `fixed at ${fixedBatch}` : 'none';
}

const sizeOf = (manifest: wire.Manifest | null): number =>
  manifest?.files.reduce((total, file) => total + file.sizeBytes, 0) ?? 0;

const formatMeasurements = ({ note, measurements }: wire.Variant, width: number): readonly string[] => [
  note === '' ? '' : wrap(`note: ${note}`, width).join('\n'),
  ...measurements.map((measurement) => formatProfile(measurement, width)),
];

function formatProfile(
  { hardwareClass, profile, error, environment, accuracy }: wire.Measurement,
  width: number,
): string {
  if (profile === null) return wrap(`on ${hardwareClass}: ${error}`, width).join('\n');
  const points = formatTable<wire.ProfilePoint>(
    [
      { title: '  BATCH', align: 'right', cell: ({ batch }) => String(batch) },
      { title: 'P50', align: 'right', cell: ({ p50Ms }) => formatMs(p50Ms) },
      { title: 'P95', align: 'right', drop: 1, cell: ({ p95Ms }) => formatMs(p95Ms) },
      { title: 'P99', align: 'right', cell: ({ p99Ms }) => formatMs(p99Ms) },
      { title: 'P50 PER ITEM', align: 'right', cell: ({ p50Ms, batch }) => formatMs(p50Ms / batch) },
      { title: 'RUNS', align: 'right', drop: 2, cell: ({ runs }) => String(runs) },
    ],
    countedPoints(profile),
    { width },
  );
  const facts = [
    ...(profile.notRunReason === '' ? [] : [`loaded, but not run: ${profile.notRunReason}; served without a profile`]),
    `ran on ${providersOf(profile)}, ONNX Runtime ${environment || profile.runtimeVersion}`,
    ...(profile.provisional ? ['provisional: from two runs after it was loaded, until it is measured'] : []),
    ...(profile.noise === 0
      ? []
      : [
          `noisy: other work took up to ${Math.round(profile.noise * 100)} % of its time; it is measured again when the machine is quiet`,
        ]),
    `loads in ${formatMs(profile.coldLoadMs)} from disk, in ${formatMs(profile.loadMs)} from the page cache`,
    ...(profile.provisional ? [] : [rowFact(profile)]),
    `uses ${formatBytes(profile.memoryBytes)}, ${formatBytes(profile.baseMemoryBytes)} of which before loading`,
    ...(profile.predictionError === undefined
      ? []
      : [
          `latencies between these batch sizes are predicted within ${formatPercent(profile.predictionError)} on average`,
        ]),
    uncountedFact(profile) ?? [],
    ...profile.buckets.map(bucketFact),
    ...(accuracy === null ? [] : [`${accuracy.metric} of ${accuracy.samples} samples`]),
  ].flat();
  const times = profile.points.length === 0 ? [] : [points];
  return [`on ${hardwareClass}`, ...facts.flatMap((fact) => indent(fact, width)), ...times].join('\n');
}

/** Returns the latency for inputs of certain shapes, e.g. `x [3,48,448] takes 49.0 ms, p99 60.1 ms`. */
function bucketFact(bucket: wire.ShapeBucket): string {
  const shape = bucket.shapes.map(({ name, dims }) => `${name} [${dims.join()}]`).join(', ');
  const [first] = countedPoints(bucket);
  if (first === undefined) return `${shape}: not measured yet`;
  return `${shape} takes ${formatMs(first.p50Ms)}, p99 ${formatMs(first.p99Ms)}`;
}

/** Returns e.g. `webgpu (12 nodes), cpu (1 node)`, or only the provider if the nodes were not counted. */
function providersOf({ nodesByProvider, providerUsed }: wire.Profile): string {
  const nodes = Object.entries(nodesByProvider).toSorted(([, a], [, b]) => b - a);
  if (nodes.length === 0) return providerUsed;
  return nodes.map(([provider, count]) => `${provider} (${count} ${count === 1 ? 'node' : 'nodes'})`).join(', ');
}
