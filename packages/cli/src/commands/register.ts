// `pareto register`: models and their task into the registry, with progress until all is made and measured.

import { recipes as knownRecipes } from '@pareto/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from '../context/context.js';
import { addObjectiveOptions, namesIn, wholeNumberIn } from '../context/options.js';
import { runRegistration, type RegisterFlags } from '../register/register-run.js';

const recipeNames = knownRecipes.map(({ name }) => name);

const examples = [
  'pareto register models/*.onnx --task digits --validation validation.npz',
  'pareto register model_repository',
  'pareto register s3://bucket/models/resnet --s3-endpoint http://minio:9000',
  'pareto register mlp.onnx --task digits --recipes original,int8-dynamic --detach',
];

export function addRegister(program: Command, context: Context): void {
  const command = program
    .command('register')
    .summary('register models for a task')
    .description(
      "Uploads models and registers them for a task. The workers then make variants of each and measure them, which this command shows until it is done; they go on without it.\nA folder may be a model repository in Triton's layout (NAME/1/model.onnx, with or without config.pbtxt), one model's folder of it, or hold .onnx files; what a configuration says is carried out, or remarked on field by field.\nObjective options set what the task promises when a client asks for nothing.",
    )
    .argument(
      '<models...>',
      '.onnx files (external data is found beside them), folders, archives (.tar.gz, .zip), or addresses: file://, http(s)://, s3://bucket/folder',
    )
    .option('--task <name>', 'the task, made if it is new (default: one for each model, called NAME.task)')
    .option(
      '--validation <files>',
      'labelled samples: an .npz file with an array per input, and `label`; or an .npy file for each, separated by commas',
    )
    .option('--metric <metric>', 'how answers are judged (default: top1)')
    .option('--name <name>', "the architecture's name, for a single model (default: that of its file or folder)")
    .option('--max-batch-size <n>', 'the largest batch; 0: no dimension is a batch', wholeNumberIn(0, 65_536))
    .addOption(
      new Option('--labels <output=file>', 'a text with a label a line, for classification by an output').argParser(
        addLabels,
      ),
    )
    .addOption(
      new Option('--recipes <names>', `what is made of each, separated by commas: ${recipeNames.join(', ')}`)
        .argParser(namesIn(recipeNames))
        .default(undefined, 'all with a validation set, else original'),
    )
    .option('--keep-dominated', 'keep dominated variants eligible')
    .addOption(new Option('--keep-all', 'the former name of --keep-dominated').hideHelp())
    .addOption(new Option('--s3-endpoint <url>', 'of S3-compatible storage other than AWS').env('AWS_ENDPOINT_URL'))
    .option('-d, --detach', 'return once it is registered');
  addObjectiveOptions(command)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
    .action(async (paths: readonly string[], _options: unknown, self: Command) => {
      await runRegistration(context, self.optsWithGlobals<RegisterFlags>(), paths);
    });
}

/** For commander: each mention adds one. */
function addLabels(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, output, path] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (output === undefined || path === undefined) {
    throw new InvalidArgumentError('Expected an output and a file: scores=labels.txt.');
  }
  return { ...before, [output]: path };
}
