// `pareto list` and `pareto describe`: what is registered and what was measured of it.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { formatBytes, formatMs, formatObjective } from '../format.js';
import { formatTable } from '../table.js';
import { formatVariants } from '../variant-table.js';

export function addList(program: Command, context: Context): void {
  program
    .command('list')
    .description('list tasks, architectures and variants')
    .argument('[task]', 'only of this task')
    .addHelpText('after', '\nExample:\n  pareto list')
    .action(async (task: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const list = await withController(options, ({ registry }) => registry.list({ task: task ?? '' }));
      printResult(context, options, list, () => formatList(list));
    });
}

export function addDescribe(program: Command, context: Context): void {
  program
    .command('describe')
    .description('show a task, architecture or variant with all that was measured')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  pareto describe digits')
    .action(async (name: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const description = await withController(options, ({ registry }) => registry.describe({ name }));
      printResult(context, options, description, () => formatDescription(description));
    });
}

function formatList(list: wire.ListResponse): string {
  if (list.tasks.length === 0) return "nothing is registered: see 'pareto register --help'";
  const tasks = formatTable<wire.Task>(
    [
      { title: 'TASK', cell: (task) => task.name },
      { title: 'METRIC', cell: (task) => task.metric },
      { title: 'PROMISES', cell: formatPromise },
      { title: 'INPUTS', cell: (task) => formatTensors(task.signature?.inputs) },
      { title: 'OUTPUTS', cell: (task) => formatTensors(task.signature?.outputs) },
    ],
    list.tasks,
  );
  return list.variants.length === 0 ? tasks : `${tasks}\n\n${formatVariants(list.variants)}`;
}

/** What a client gets that asks for nothing. */
const formatPromise = (task: wire.Task): string =>
  formatObjective(task.defaultObjective) || 'the most accurate within 1 s';

const formatTensors = (tensors: readonly wire.TensorSpec[] | undefined): string =>
  tensors?.map(({ name, datatype, dims }) => `${name} ${datatype}[${dims.join(',')}]`).join(', ') ?? '-';

function formatDescription({ task, architectures, variants }: wire.DescribeResponse): string {
  const head =
    task === null
      ? []
      : [
          [
            `task ${task.name}: ${task.metric}, promises ${formatPromise(task)}`,
            `  inputs   ${formatTensors(task.signature?.inputs)}`,
            `  outputs  ${formatTensors(task.signature?.outputs)}`,
          ].join('\n'),
        ];
  return [
    ...head,
    formatTable<wire.Architecture>(
      [
        { title: 'ARCHITECTURE', cell: ({ name }) => name },
        { title: 'VERSION', align: 'right', cell: ({ version }) => String(version) },
        {
          title: 'LARGEST BATCH',
          align: 'right',
          cell: ({ maxBatchSize }) => (maxBatchSize === 0 ? 'none' : String(maxBatchSize)),
        },
        { title: 'SIZE', align: 'right', cell: ({ manifest }) => formatBytes(sizeOf(manifest)) },
        { title: 'DIGEST', cell: ({ modelDigest }) => modelDigest.slice(0, 19) },
      ],
      architectures,
    ),
    formatVariants(variants),
    ...variants.flatMap((variant) => variant.measurements.map(formatProfile)),
  ].join('\n\n');
}

const sizeOf = (manifest: wire.Manifest | null): number =>
  manifest?.files.reduce((total, file) => total + file.sizeBytes, 0) ?? 0;

function formatProfile({ variant, hardwareClass, profile, error }: wire.Measurement): string {
  if (profile === null) return `${variant} on ${hardwareClass}: ${error}`;
  const points = formatTable<wire.ProfilePoint>(
    [
      { title: '  BATCH', align: 'right', cell: ({ batch }) => String(batch) },
      { title: 'P50', align: 'right', cell: ({ p50Ms }) => formatMs(p50Ms) },
      { title: 'P95', align: 'right', cell: ({ p95Ms }) => formatMs(p95Ms) },
      { title: 'P99', align: 'right', cell: ({ p99Ms }) => formatMs(p99Ms) },
      { title: 'P50 PER ITEM', align: 'right', cell: ({ p50Ms, batch }) => formatMs(p50Ms / batch) },
      { title: 'RUNS', align: 'right', cell: ({ runs }) => String(runs) },
    ],
    profile.points,
  );
  const load = `loads in ${formatMs(profile.loadMs)}, takes ${formatBytes(profile.memoryBytes)}`;
  return `${variant} on ${hardwareClass} (${profile.providerUsed}, ${profile.runtimeVersion}): ${load}\n${points}`;
}
