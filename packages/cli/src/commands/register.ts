// `pareto register`: models and their task into the registry, with progress until all is made and measured.

import { ParetoError, recipes as knownRecipes } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { Option, type Command } from 'commander';
import { checkSamples } from '../check-samples.js';
import { collectValidation } from '../collect-validation.js';
import { withController, type ControllerClients } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { findModels } from '../find-models.js';
import { createJobDisplay } from '../jobs/job-display.js';
import { waitForJobs } from '../jobs/wait-for-jobs.js';
import { addObjectiveOptions, namesIn, readObjective, type ObjectiveOptions } from '../options.js';
import { registerModels, registerTask, type LocalModel, type RegisterOptions } from '../register-models.js';
import { createRegisterProgress } from '../register-progress.js';
import { formatRegistered, unmeasuredOriginals } from '../registered-summary.js';
import { repeat, repeatOptions, type RepeatOptions } from '../repeat.js';

interface Options extends CommonOptions, ObjectiveOptions {
  readonly task: string;
  readonly metric?: string;
  readonly validation?: string;
  readonly name?: string;
  readonly recipes?: readonly string[];
  readonly keepAll?: boolean;
  readonly detach?: boolean;
}

const recipeNames = knownRecipes.map(({ name }) => name);

export function addRegister(program: Command, context: Context): void {
  const command = program
    .command('register')
    .summary('register models for a task')
    .description(
      'Uploads models and registers them for a task. The workers then make variants of each and measure them, which this command shows until it is done; they go on without it.\nObjective options set what the task promises when a client asks for nothing.',
    )
    .argument('<models...>', '.onnx files; external data is found beside them')
    .requiredOption('--task <name>', 'the task; made if it is new')
    .option(
      '--validation <files>',
      'labelled samples: an .npz file with an array per input, and `label`; or an .npy file for each, separated by commas',
    )
    .option('--metric <metric>', 'how answers are judged (default: top1)')
    .option('--name <name>', "the architecture's name, for a single model (default: the file's name)")
    .addOption(
      new Option('--recipes <names>', `what is made of each, separated by commas: ${recipeNames.join(', ')}`)
        .argParser(namesIn(recipeNames))
        .default(undefined, 'all'),
    )
    .option('--keep-all', 'use variants also where others are at least as good in everything')
    .option('-d, --detach', 'return once it is registered');
  addObjectiveOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  pareto register models/*.onnx --task digits --validation validation.npz\n  pareto register mlp.onnx --task digits --recipes original,int8-dynamic --detach',
    )
    .action(async (paths: readonly string[], _options: unknown, self: Command) => {
      await register(context, self.optsWithGlobals<Options>(), paths);
    });
}

async function register(context: Context, options: Options, paths: readonly string[]): Promise<void> {
  const models = await findModels(paths, options.name);
  await using samples = options.validation === undefined ? undefined : await collectValidation(options.validation);
  if (samples !== undefined) await checkSamples(samples.path, models, options.metric);
  const wanted = samples === undefined ? options : { ...options, validation: samples.path };
  await withController(options, async (clients) => {
    const since = context.clock.now();
    const architectures = await send(context, wanted, clients, models);
    const refused = models.length - architectures.length;
    if (options.detach === true || architectures.length === 0) {
      printResult(context, options, { architectures }, () => formatDetached(options.task, architectures));
      return checkOutcome(models.length, refused, []);
    }
    const onLook = createJobDisplay(context, { since, tellsFirst: true });
    const waitOptions = { ...repeatOptions(context), onLook };
    const { variants, outcomes } = await waitForJobs(clients, options.task, architectures, waitOptions).catch(
      (error: unknown) => {
        if (context.stop.aborted) context.terminal.note(goesOn(options.task));
        throw error;
      },
    );
    const elapsedMs = context.clock.now() - since;
    const registered = { task: options.task, architectures, variants, outcomes, elapsedMs };
    printResult(context, options, registered, () => formatRegistered(registered));
    checkOutcome(models.length, refused, unmeasuredOriginals(architectures, variants));
  });
}

/** The task, if there is something to say of it, and the models. */
async function send(
  context: Context,
  options: Options,
  clients: ControllerClients,
  models: readonly LocalModel[],
): Promise<readonly wire.Architecture[]> {
  const repeating = repeatOptions(context);
  const { onEvent } = createRegisterProgress(context.terminal);
  const registerOptions: RegisterOptions = { ...repeating, onEvent };
  if (await needsTask(clients, options, repeating)) await registerTask(clients, taskOf(options), registerOptions);
  const { recipes = [], keepAll = false } = options;
  return registerModels(clients, { task: options.task, recipes, keepAll }, models, registerOptions);
}

const goesOn = (task: string): string =>
  `making and measuring go on without this command: 'pareto jobs ${task} --watch' follows them`;

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

function formatDetached(task: string, architectures: readonly wire.Architecture[]): string {
  const lines = architectures.map(({ name, version }) => `registered ${name} version ${version}`);
  return [...lines, ...(lines.length === 0 ? [] : [goesOn(task)])].join('\n');
}

function checkOutcome(wanted: number, refused: number, unmeasured: readonly string[]): void {
  if (refused === 0 && unmeasured.length === 0) return;
  const parts = [
    ...(refused > 0 ? [`${refused} of ${wanted} models were refused`] : []),
    ...(unmeasured.length > 0 ? [`${unmeasured.join(', ')} could not be measured as trained`] : []),
  ];
  throw new ParetoError('failed-precondition', `${parts.join(' and ')}: the reasons stand above`);
}
