// `pareto register`: models and their task into the registry, with progress until they are measured.

import { stat } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { addObjectiveOptions, readObjective, type ObjectiveOptions } from '../options.js';
import { modelAt, registerModels, registerTask, type LocalModel, type RegisterOptions } from '../register-models.js';
import { createRegisterProgress } from '../register-progress.js';
import { repeat, repeatOptions, type RepeatOptions } from '../repeat.js';
import { waitForMeasurements } from '../wait-for-measurements.js';
import { formatVariants } from '../variant-table.js';

interface Options extends CommonOptions, ObjectiveOptions {
  readonly task: string;
  readonly metric?: string;
  readonly validation?: string;
  readonly name?: string;
  readonly wait: boolean;
}

export function addRegister(program: Command, context: Context): void {
  const command = program
    .command('register')
    .summary('register models for a task')
    .description(
      'Uploads models, registers them for a task, and waits until the workers have measured them.\nObjective options set what the task promises when a client asks for nothing.',
    )
    .argument('<models...>', '.onnx files; external data is found beside them')
    .requiredOption('--task <name>', 'the task; made if it is new')
    .option('--validation <file.npz>', 'labelled samples: an array per input, and `label`')
    .option('--metric <metric>', 'how answers are judged (default: top1)')
    .option('--name <name>', "the architecture's name, for a single model (default: the file's name)")
    .option('--no-wait', 'return once it is registered');
  addObjectiveOptions(command)
    .addHelpText('after', '\nExample:\n  pareto register models/*.onnx --task digits --validation validation.npz')
    .action(async (paths: readonly string[], _options: unknown, self: Command) => {
      await register(context, self.optsWithGlobals<Options>(), paths);
    });
}

async function register(context: Context, options: Options, paths: readonly string[]): Promise<void> {
  const models = nameModels(paths.map(modelAt), options.name);
  await requireModels(paths);
  const progress = createRegisterProgress(context.terminal);
  const repeating = repeatOptions(context);
  const registerOptions: RegisterOptions = { ...repeating, onEvent: progress.onEvent };
  await withController(options, async (clients) => {
    if (await needsTask(clients, options, repeating)) await registerTask(clients, taskOf(options), registerOptions);
    const architectures = await registerModels(clients, options.task, models, registerOptions);
    const waiting = options.wait && architectures.length > 0;
    const waitOptions = { ...repeating, onProgress: progress.onMeasuring };
    const variants = waiting ? await waitForMeasurements(clients, options.task, architectures, waitOptions) : [];
    printResult(context, options, { architectures, variants }, () => formatResult(architectures, variants));
    checkOutcome(models.length, architectures.length, variants);
  });
}

function nameModels(models: readonly LocalModel[], name: string | undefined): readonly LocalModel[] {
  if (name === undefined) return models;
  const [only] = models;
  if (models.length === 1 && only !== undefined) return [{ ...only, name }];
  throw new ParetoError(
    'invalid-argument',
    `--name names one model and ${models.length} were given: leave it out, or register one at a time`,
  );
}

/** No task is made for models none of which is there, as when a shell finds nothing for a pattern. */
async function requireModels(paths: readonly string[]): Promise<void> {
  const isModel = async (path: string): Promise<boolean> =>
    path.endsWith('.onnx') &&
    (await stat(path).then(
      (found) => found.isFile(),
      () => false,
    ));
  if ((await Promise.all(paths.map(isModel))).includes(true)) return;
  throw new ParetoError('invalid-argument', `there is no .onnx file at ${paths.join(' or ')}`);
}

/** A task that is there needs no definition to get another model. */
async function needsTask(clients: ControllerClients, options: Options, repeating: RepeatOptions): Promise<boolean> {
  const defined = options.validation ?? options.metric ?? readObjective(options);
  if (defined !== null) return true;
  const { tasks } = await repeat(() => clients.registry.list({}, { signal: repeating.signal }), repeating);
  return !tasks.some((task) => task.name === options.task);
}

const taskOf = (options: Options): Parameters<typeof registerTask>[1] => ({
  name: options.task,
  metric: options.metric ?? 'top1',
  defaultObjective: readObjective(options),
  validation: options.validation,
});

const formatResult = (architectures: readonly wire.Architecture[], variants: readonly wire.Variant[]): string =>
  variants.length > 0
    ? formatVariants(variants)
    : architectures.map(({ name, version }) => `registered ${name} version ${version}`).join('\n');

function checkOutcome(wanted: number, registered: number, variants: readonly wire.Variant[]): void {
  const failed = variants.filter((variant) => variant.measurements.some((measurement) => measurement.error !== ''));
  if (registered === wanted && failed.length === 0) return;
  const parts = [
    ...(registered < wanted ? [`${wanted - registered} of ${wanted} models were refused`] : []),
    ...(failed.length > 0 ? [`${failed.length} of ${variants.length} variants could not be measured`] : []),
  ];
  throw new ParetoError('failed-precondition', `${parts.join(' and ')}: the reasons stand above`);
}
