// `pareto delete`: deletes architectures and tasks.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { parseNames } from '../../kinds/kinds.js';
import { deleteName, type Deleted } from './delete-name.js';
import { repeat, repeatOptions, type RepeatOptions } from '../../connection/repeat.js';

interface Options extends CommonOptions {
  readonly task?: string;
}

export function addDelete(program: Command, context: Context): void {
  program
    .command('delete')
    .summary('delete models and tasks')
    .description(
      'Deletes architectures with all their versions and variants, and tasks without architectures. The task that was created for an architecture alone is deleted with it. Ready replicas are drained, so that queries in flight are answered.',
    )
    .argument('[name...]', 'architectures and tasks')
    .option('--task <name>', 'also delete all architectures of this task, and the task')
    .addHelpText('after', '\nExamples:\n  pareto delete cnn-large mlp-tiny\n  pareto delete --task digits')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      if (words.length === 0 && options.task === undefined)
        return self.error("missing argument 'name': expected names, or --task NAME", { exitCode: 2 });
      const repeating = repeatOptions(context);
      const deleted = await withController(options, async ({ registry }) => {
        const names = [...parseNames(words), ...(await namesOfTask(registry, options.task, repeating))];
        return deleteAll(registry, [...new Set(names)], context, repeating);
      });
      const [first] = deleted;
      const isOne = words.length > 0 && deleted.length === 1 && options.task === undefined;
      printResult(context, options, isOne ? first : { deleted }, () => deleted.map(formatDeleted).join('\n'));
    });
}

type Registry = ControllerClients['registry'];

/** Returns the architectures of a task, and the task. */
async function namesOfTask(
  registry: Registry,
  task: string | undefined,
  repeating: RepeatOptions,
): Promise<readonly string[]> {
  if (task === undefined) return [];
  const { signal } = repeating;
  const { architectures } = await repeat(() => registry.list({ task }, { signal }), repeating);
  return [...architectures.map(({ name }) => name), task];
}

/** Deletes the names in order, and prints what was deleted before an error. A task may go with its last architecture. */
async function deleteAll(
  registry: Registry,
  names: readonly string[],
  { terminal }: Context,
  repeating: RepeatOptions,
): Promise<readonly Deleted[]> {
  const deleted: Deleted[] = [];
  for (const name of names) {
    if (deleted.some((one) => one.kind === 'architecture' && one.ownTask === name)) continue;
    try {
      deleted.push(await deleteName(registry, name, repeating));
    } catch (error) {
      if (error instanceof ParetoError) for (const one of deleted) terminal.note(formatDeleted(one));
      throw error;
    }
  }
  return deleted;
}

function formatDeleted(deleted: Deleted): string {
  if (deleted.kind === 'task') return `deleted task ${deleted.name}`;
  const { name, task, versions, variants, ownTask } = deleted;
  const ready = variants.reduce((sum, { replicasReady }) => sum + replicasReady, 0);
  const deletedVariants = variants.length === 0 ? '' : `, with ${variants.map(describeVariant).join(', ')}`;
  const draining = ready === 0 ? '' : '; ready replicas are drained';
  const of = ownTask === undefined ? `of task ${task}` : `and its task ${ownTask}`;
  return `deleted ${name} ${of}, ${formatVersions(versions)}${deletedVariants}${draining}`;
}

const formatVersions = (versions: readonly number[]): string =>
  versions.length === 1 ? `version ${versions.join()}` : `versions ${versions.join(', ')}`;

const describeVariant = ({ name, replicasReady }: Pick<wire.Variant, 'name' | 'replicasReady'>): string =>
  replicasReady === 0 ? name : `${name} (${replicasReady} ready)`;
