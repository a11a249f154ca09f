// Runs `pareto register`, from finding the models to printing the result.

import { stat } from 'node:fs/promises';
import { errorText, groupBy, hasMetricLimit, limitedMetric, ParetoError, type MeasuredBy } from '@pareto/core';
import { inspectModel, type UnusableModel } from '@pareto/models';
import type { wire } from '@pareto/protocol';
import { measuredByIn } from '../../candidates/measured-by.js';
import { attentionOf, formatAttention } from './attention.js';
import { checkSamples } from './check-samples.js';
import { collectValidation } from './collect-validation.js';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { findModels, type FoundModels } from './find-models.js';
import { createJobDisplay } from '../../job-progress/job-display.js';
import { waitForJobs, type JobsSnapshot } from '../../job-progress/wait-for-jobs.js';
import { readObjective, translateLimits, type ObjectiveOptions } from '../../context/options.js';
import {
  isTransfer,
  registerModels,
  registerTask,
  removeEmptyTask,
  type LocalModel,
  type RegisterOptions,
} from './register-models.js';
import { planRegistration, type RegisterPlan } from './register-plan.js';
import { createRegisterProgress } from './register-progress.js';
import { formatRemarks, remarksOf, type ModelRemark } from './register-remarks.js';
import { formatRegistered, unmeasuredOriginals } from './registered-summary.js';
import { sideBySide } from './side-by-side.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';

export interface RegisterFlags extends CommonOptions, ObjectiveOptions {
  readonly task?: string;
  readonly metric?: string;
  readonly validation?: string;
  readonly minAgreement?: number;
  readonly name?: string;
  readonly maxBatchSize?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly map?: Readonly<Record<string, string>>;
  readonly recipes?: readonly string[];
  readonly keepDominated?: boolean;
  /** The former name of `keepDominated`. */
  readonly keepAll?: boolean;
  readonly s3Endpoint?: string;
  readonly maxDownloadGib: number;
  readonly detach?: boolean;
}

/** Registers the models. Throws `failed-precondition` at the end if a model was rejected or not measured as trained. */
export async function runRegistration(context: Context, flags: RegisterFlags, paths: readonly string[]): Promise<void> {
  const others: UnusableModel[] = [];
  const progress = createRegisterProgress(context.terminal, {
    printsRegistered: flags.detach === true && !isForPrograms(flags),
  });
  const onEvent: RegisterOptions['onEvent'] = (event) => {
    if (event.kind === 'refused' || event.kind === 'skipped')
      others.push({ name: event.model, kind: event.kind, reason: event.reason });
    progress.onEvent(event);
  };
  await using found = await findModels(paths, {
    ...{ name: flags.name, maxBatchSize: flags.maxBatchSize, labels: flags.labels, map: flags.map },
    s3Endpoint: flags.s3Endpoint,
    maxBytes: flags.maxDownloadGib * 2 ** 30,
    signal: context.stop,
    onProgress: (file, receivedBytes, totalBytes) => onEvent({ kind: 'fetching', file, receivedBytes, totalBytes }),
  });
  for (const { kind, name, reason } of found.others) onEvent({ kind, model: name, reason });
  const remarks = remarksOf(found.models);
  for (const line of formatRemarks(remarks)) context.terminal.note(line);
  if (found.models.length === 0) {
    throw new ParetoError('failed-precondition', 'no model can be registered: see the reasons above');
  }
  await using samples = flags.validation === undefined ? undefined : await collectValidation(flags.validation);
  // A limit with samples says by which metric they are measured.
  const metric = flags.metric ?? (samples && limitedMetric(flags));
  const by = samples && (await checkSamples(samples.path, found.models, metric));
  const wanted = samples === undefined ? flags : { ...flags, ...(metric && { metric }), validation: samples.path };
  await withController(flags, (clients) =>
    register({ context, flags: wanted, by, clients, onEvent, others }, found, remarks),
  );
}

interface RegisterContext {
  readonly context: Context;
  readonly flags: RegisterFlags;
  /** Metric and scale of accuracies on the validation set. Undefined without one, or if no model can be served. */
  readonly by: MeasuredBy | undefined;
  readonly clients: ControllerClients;
  readonly onEvent: RegisterOptions['onEvent'];
  /** Models that were refused or skipped so far. */
  readonly others: readonly UnusableModel[];
}

async function register(
  registering: RegisterContext,
  found: FoundModels,
  remarks: readonly ModelRemark[],
): Promise<void> {
  const { context, flags, others } = registering;
  const since = context.clock.now();
  const isRefused = ({ kind }: UnusableModel): boolean => kind === 'refused';
  const wanted = found.models.length + found.others.filter(isRefused).length;
  const plan = await makePlan(registering, found);
  const all = await send(registering, plan);
  const architectures = currentOnes(all);
  const tasks = plan.groups.map(({ task }) => task);
  const isDetached = flags.detach === true || architectures.length === 0;
  const snapshot = isDetached ? undefined : await wait(registering, tasks, architectures, since);
  const unbatched = new Set(found.models.flatMap(({ name, maxBatchSize }) => (maxBatchSize === 0 ? name : [])));
  const attention = attentionOf({ ...{ others, architectures, jobs: [], outcomes: [] }, ...snapshot, unbatched });
  const [task = ''] = tasks;
  const common = { task, ...(tasks.length > 1 ? { tasks } : {}), remarks, others, attention };
  const refused = others.filter(isRefused).length;
  const width = widthOf(context, flags);
  const needs = formatAttention(attention, width);
  if (snapshot === undefined) {
    const next = architectures.length === 0 ? '' : continuation(tasks);
    printResult(context, flags, { ...common, architectures: all }, () => joinSections(needs, next));
    return checkOutcome(wanted, refused, []);
  }
  const { variants, outcomes } = snapshot;
  const elapsedMs = context.clock.now() - since;
  const registered = { ...common, architectures, variants, outcomes, elapsedMs };
  const view = { width, isWide: flags.output === 'wide' };
  printResult(context, flags, registered, () => joinSections(formatRegistered(registered, view), needs));
  checkOutcome(wanted, refused, unmeasuredOriginals(architectures, variants));
}

const joinSections = (...sections: readonly string[]): string =>
  sections.filter((section) => section !== '').join('\n\n');

/**
 * Returns the current version of each name, if it is among the registered ones. Other versions get no jobs. Controllers of
 * older releases do not report it: it is the last version.
 */
const currentOnes = (registered: readonly wire.Architecture[]): readonly wire.Architecture[] =>
  [...groupBy(registered, ({ name }) => name).values()].flatMap((own) => {
    const last = own.toSorted((a, b) => a.version - b.version).slice(-1);
    const current = last[0]?.currentVersion ?? 0;
    return current === 0 ? last : own.filter(({ version }) => version === current).slice(0, 1);
  });

const validationHint =
  'no validation set: only the trained models are served; pass --validation to generate and measure smaller and faster variants (or --recipes to generate them without a validation set)';

async function makePlan(
  { context, flags, clients, onEvent }: RegisterContext,
  found: FoundModels,
): Promise<RegisterPlan> {
  const repeating = repeatOptions(context);
  const known = await repeat(() => clients.registry.list({}, { signal: repeating.signal }), repeating);
  const { task, recipes, validation } = flags;
  const hasValidation = validation !== undefined;
  const definesTask =
    hasValidation ||
    flags.metric !== undefined ||
    flags.minAgreement !== undefined ||
    hasMetricLimit(flags) ||
    readObjective(flags) !== null;
  const plan = planRegistration(found.models, known, { task, recipes, hasValidation, definesTask });
  for (const { kind, name, reason } of plan.refused) onEvent({ kind, model: name, reason });
  if (hasValidation && plan.groups.length > 1) {
    const why = `--validation applies to a single task, but these models have ${plan.groups.length}`;
    throw new ParetoError('invalid-argument', `${why}: set one with --task, or register the models one at a time`);
  }
  if (plan.lacksValidation) context.terminal.note(validationHint);
  return plan;
}

async function send(
  { context, flags, by, clients, onEvent }: RegisterContext,
  plan: RegisterPlan,
): Promise<readonly wire.Architecture[]> {
  const shared = { ...repeatOptions(context), uploads: new Map<string, Promise<boolean>>() };
  const { metric = '', validation, minAgreement } = flags;
  const keepDominated = flags.keepDominated === true || flags.keepAll === true;
  const atOnce = await countAtOnce(plan.groups.flatMap(({ models }) => models));
  const isSingle = plan.groups.length === 1;
  const sent = await sideBySide(plan.groups, {
    async work(
      { task, isNew, isDefined, recipes, models, left },
      onEventOfGroup,
    ): Promise<readonly wire.Architecture[]> {
      const options: RegisterOptions = { ...shared, onEvent: onEventOfGroup, atOnce: isSingle ? atOnce : 1 };
      const valid = await filterValid(models, options.onEvent);
      if (valid.length === 0) return [];
      const translated = await translateLimits(flags, task, async () => by ?? (await knownMeasuredBy(clients, task)));
      const definition = { name: task, metric, defaultObjective: readObjective(translated), validation, minAgreement };
      if (isDefined) {
        await registerTask(clients, definition, options).catch((error: unknown) => {
          throw explainLimit(error, flags, translated);
        });
      }
      let own: readonly wire.Architecture[] = [];
      try {
        own = await registerModels(clients, { task, recipes, keepDominated, left }, valid, options);
      } finally {
        if (isNew && own.length === 0) await removeEmptyTask(clients, task, options);
      }
      return own;
    },
    ...{ atOnce, onEvent, isLive: isTransfer },
  });
  return sent.flat();
}

/** Adds what a limit was translated into to the error of a task with another floor. */
function explainLimit(error: unknown, given: RegisterFlags, { minAccuracy }: RegisterFlags): unknown {
  if (!(error instanceof ParetoError) || error.code !== 'already-exists' || !hasMetricLimit(given)) return error;
  const message = `${error.message}; the limit of the metric was translated into min_accuracy ${minAccuracy ?? 'none'}`;
  return new ParetoError(error.code, message, { cause: error });
}

/** Returns the metric and the scale of the accuracies of a task. Undefined if it does not exist, or has none. */
async function knownMeasuredBy({ registry }: ControllerClients, task: string): Promise<MeasuredBy | undefined> {
  return measuredByIn(await registry.list({}), task);
}

/** Maximum number of models that are registered at a time, and maximum size of their graphs. */
const [maxAtOnce, maxGraphBytes] = [8, 64 * 2 ** 20];

/** Returns how many of the models are registered at a time: one if some are large, because they are read into memory. */
async function countAtOnce(models: readonly LocalModel[]): Promise<number> {
  const sizes = await Promise.all(
    models.map(({ path }) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.some((size) => size > maxGraphBytes) ? 1 : maxAtOnce;
}

/** Returns the valid models and reports the others as refused, before a task is created for them. */
async function filterValid(
  models: readonly LocalModel[],
  onEvent: RegisterOptions['onEvent'],
): Promise<readonly LocalModel[]> {
  const valid: LocalModel[] = [];
  for (const model of models) {
    try {
      await inspectModel(model.path);
      valid.push(model);
    } catch (error) {
      if (!(error instanceof ParetoError)) throw error;
      onEvent({ kind: 'refused', model: model.name, reason: errorText(error) });
    }
  }
  return valid;
}

/** Waits for the jobs. Returns undefined if the user stops waiting, e.g. by Ctrl-C: the work continues without it. */
async function wait(
  { context, clients }: RegisterContext,
  tasks: readonly string[],
  architectures: readonly wire.Architecture[],
  since: ReturnType<Context['clock']['now']>,
): Promise<JobsSnapshot | undefined> {
  const onSnapshot = createJobDisplay(context, { since, reportsFirst: true });
  const [only = '', ...more] = tasks;
  const name = more.length === 0 ? only : '';
  return waitForJobs(clients, name, architectures, { ...repeatOptions(context), onSnapshot }).catch(
    (error: unknown) => {
      if (!context.stop.aborted) throw error;
      return undefined;
    },
  );
}

function continuation(tasks: readonly string[]): string {
  const what = tasks.length === 1 ? ` ${tasks[0] ?? ''}` : '';
  return `generation and measurement continue without this command: 'pareto jobs${what} --watch' follows them`;
}

function checkOutcome(wanted: number, refused: number, unmeasured: readonly string[]): void {
  if (refused === 0 && unmeasured.length === 0) return;
  const parts = [
    ...(refused > 0 ? [`${refused} of ${wanted} models were refused`] : []),
    ...(unmeasured.length > 0 ? [`${unmeasured.join(', ')} could not be measured as trained`] : []),
  ];
  throw new ParetoError('failed-precondition', `${parts.join(' and ')}: see the reasons above`);
}
