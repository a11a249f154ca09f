// `pareto delete`: deletes an architecture or a task.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { parseName } from '../../kinds/kinds.js';
import { deleteName, type Deleted } from './delete-name.js';
import { repeatOptions } from '../../connection/repeat.js';

export function addDelete(program: Command, context: Context): void {
  program
    .command('delete')
    .summary('delete an architecture, or a task without architectures')
    .description(
      'Deletes an architecture with all its versions and variants, or a task without architectures. Ready replicas are drained, so that queries in flight are answered.',
    )
    .argument('<name...>', 'an architecture or a task')
    .addHelpText('after', '\nExample:\n  pareto delete cnn-large')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const repeating = repeatOptions(context);
      const name = parseName(words);
      const deleted = await withController(options, ({ registry }) => deleteName(registry, name, repeating));
      printResult(context, options, deleted, () => formatDeleted(deleted));
    });
}

function formatDeleted(deleted: Deleted): string {
  if (deleted.kind === 'task') return `deleted task ${deleted.name}`;
  const { name, task, versions, variants } = deleted;
  const ready = variants.reduce((sum, { replicasReady }) => sum + replicasReady, 0);
  const deletedVariants = variants.length === 0 ? '' : `, with ${variants.map(describeVariant).join(', ')}`;
  const draining = ready === 0 ? '' : '; ready replicas are drained';
  return `deleted ${name} of task ${task}, ${formatVersions(versions)}${deletedVariants}${draining}`;
}

const formatVersions = (versions: readonly number[]): string =>
  versions.length === 1 ? `version ${versions.join()}` : `versions ${versions.join(', ')}`;

const describeVariant = ({ name, replicasReady }: Pick<wire.Variant, 'name' | 'replicasReady'>): string =>
  replicasReady === 0 ? name : `${name} (${replicasReady} ready)`;
