// `pareto register`: registers models for a task, and shows the progress until all variants are measured.

import { metrics, recipes as knownRecipes } from '@pareto/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../../context/context.js';
import { addObjectiveOptions, namesIn, numberIn, wholeNumberIn } from '../../context/options.js';
import type { RegisterFlags } from './register-run.js';

const recipeNames = knownRecipes.map(({ name }) => name);

const examples = [
  'pareto register models/*.onnx --task digits --validation validation.npz',
  'pareto register model_repository',
  'pareto register s3://bucket/models/resnet --s3-endpoint http://minio:9000',
  'pareto register mlp.onnx --task digits --recipes original,int8-dynamic --detach',
  'pareto register alone.onnx && pareto register alone.onnx --task digits',
  'pareto register ridge.onnx --task diabetes --validation patients.npz --metric rmse --max-rmse 60',
];

export function addRegister(program: Command, context: Context): void {
  const command = program
    .command('register')
    .summary('register models for a task')
    .description(
      "Uploads models and registers them for a task. The workers then generate and measure variants of each model. This command shows which models answer and what is generated, measured and waiting, and ends with what needs attention. After Ctrl-C, it returns as with --detach, and the workers continue.\nA folder may be a model repository in Triton's layout (NAME/1/model.onnx, with or without config.pbtxt), the folder of one model in it, or contain .onnx files. Fields of a configuration that are not applied are listed. The files of an earlier version of a model make that version the current one again.\nObjective options set the default objective of the task.",
    )
    .argument(
      '<models...>',
      '.onnx files (with external data in the same folder), folders, archives (.tar.gz, .zip), or URLs: file://, http(s)://, s3://bucket/folder',
    )
    .option(
      '--task <name>',
      'task, created if it does not exist; a model with its own task joins it (default: one per model, named NAME.task)',
    )
    .option(
      '--validation <files>',
      'labelled samples, also for an existing task without any: CSV or JSON lines with a column per input and the column `label`, an .npz file with such arrays, or a comma-separated list of one .npy file per array',
    )
    .option('--metric <metric>', `quality metric of the task: ${metrics.join(', ')} (default: top1)`)
    .option(
      '--min-agreement <fraction>',
      'agreement with the original, from 0 to 1, below which variants do not answer for the task (default: that of the metric)',
      numberIn(0, 1),
    )
    .option('--name <name>', 'name of the architecture, for a single model (default: the name of its file or folder)')
    .option('--max-batch-size <n>', 'batch size limit, or 0 if no dimension is a batch', wholeNumberIn(0, 65_536))
    .addOption(
      new Option(
        '--labels <output=file>',
        'text file with one label per line, for the classes of an output (repeatable)',
      ).argParser(addPair('an output and a file: scores=labels.txt')),
    )
    .addOption(
      new Option(
        '--map <model=task>',
        'input or output of the model, and its name in the task, for a single model of another converter (repeatable)',
      ).argParser(addPair('two names: input=X')),
    )
    .addOption(
      new Option(
        '--recipes <names>',
        `comma-separated list of recipes that generate variants: ${recipeNames.join(', ')}`,
      )
        .argParser(namesIn(recipeNames))
        .default(undefined, 'all with a validation set, otherwise original'),
    )
    .option('--keep-dominated', 'keep dominated variants eligible')
    .addOption(new Option('--keep-all', 'the former name of --keep-dominated').hideHelp())
    .addOption(
      new Option('--s3-endpoint <url>', 'endpoint of S3-compatible storage other than AWS').env('AWS_ENDPOINT_URL'),
    )
    .addOption(
      new Option('--max-download-gib <n>', 'limit of the size of each download and each unpacked archive, in GiB')
        .argParser(wholeNumberIn(1, 1_048_576))
        .default(64),
    )
    .option('-d, --detach', 'return after registration, without waiting for the variants');
  addObjectiveOptions(command)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
    .action(async (paths: readonly string[], _options: unknown, self: Command) => {
      const { runRegistration } = await import('./register-run.js');
      await runRegistration(context, self.optsWithGlobals<RegisterFlags>(), paths);
    });
}

type Pairs = Readonly<Record<string, string>>;

/** Returns a parser of repeatable options of the form `key=value`, which adds a pair to the earlier ones. */
const addPair =
  (expected: string) =>
  (text: string, before: Pairs = {}): Pairs => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (key === undefined || value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
    return { ...before, [key]: value };
  };
