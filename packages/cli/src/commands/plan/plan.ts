// `pareto plan`: shows which replicas the controller runs on which hardware, and why. Its subcommands freeze that.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { InvalidArgumentError, type Command } from 'commander';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { wholeNumberIn } from '../../context/options.js';
import { diffPlans, formatDiff } from '../../plans/diff-plans.js';
import { formatHistory, formatPlan } from '../../plans/format-plan.js';
import { addFreeze } from './freeze.js';
import { formatPreview } from '../../plans/format-preview.js';
import { addPreviewOptions, previewFlagOf, previewRequestOf, type PreviewOptions } from './preview-options.js';
import { whyVariant, formatWhy } from './why-variant.js';

interface Options extends CommonOptions, PreviewOptions {
  readonly history?: boolean;
  readonly diff?: readonly number[];
  readonly why?: string;
}

const revisionLike = wholeNumberIn(1, 2 ** 48);

/** Collects the one or two revisions of --diff. */
function revisionsLike(text: string, before: readonly number[] = []): readonly number[] {
  if (before.length === 2) throw new InvalidArgumentError('Expected one or two plans.');
  return [...before, revisionLike(text)];
}

export function addPlan(program: Command, context: Context): void {
  const plan = program
    .command('plan')
    .summary('show which replicas run on which hardware, and why')
    .description(
      'Shows the plan in force: the replicas of each variant on each hardware class with the reason, the cost per hour and how far it is from the proven bound, and what could not be met. Plans that changed replicas are kept for a day; of a busy cluster, the last hundred, and one for each five minutes before.',
    )
    .argument(
      '[revision]',
      "a plan of the last day, from 'pareto plan --history' (default: the plan in force)",
      revisionLike,
    )
    .option('--history', 'list the plans of the last day, newest first')
    .option('--diff <revision...>', 'compare a plan with another one, or with the plan in force', revisionsLike)
    .option('--why <variant>', 'show why a variant has its replicas, or none, and their last changes');
  addPreviewOptions(plan)
    .addHelpText(
      'after',
      '\nExamples:\n  pareto plan\n  pareto plan --history\n  pareto plan --diff 12 14\n  pareto plan --why cnn-large:int8\n  pareto plan --dry-run --demand digits=2x --add-workers worker-1=1\n  pareto plan freeze --reason "sale until Monday"\n  pareto plan rollback 12',
    )
    .action(async (revision: number | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const asked = [revision, options.history, options.diff, options.why, options.dryRun].filter(
        (one) => one !== undefined,
      );
      if (asked.length > 1)
        return self.error('a revision, --history, --diff, --why and --dry-run exclude one another: pass one of them', {
          exitCode: 2,
        });
      const stray = options.dryRun === true ? undefined : previewFlagOf(options);
      if (stray !== undefined) return self.error(`${stray} is for a preview: pass --dry-run, too`, { exitCode: 2 });
      await withController(options, (clients) => show(context, options, clients, revision));
    });
  addFreeze(plan, context, revisionLike);
  // Options of the command are accepted before and after a subcommand, too, which would change the plan whatever they say.
  plan.hook('preAction', (_plan, action) => {
    if (action === plan) return;
    const { history, diff, why, dryRun, ...others } = action.optsWithGlobals<Options>();
    const isStray = [history, diff, why, dryRun, previewFlagOf(others)].some((one) => one !== undefined);
    if (isStray)
      action.error(`'pareto plan ${action.name()}' accepts none of the options of 'pareto plan'`, { exitCode: 2 });
  });
}

async function show(
  context: Context,
  options: Options,
  clients: ControllerClients,
  revision: number | undefined,
): Promise<void> {
  const { diff, why, history = false, dryRun = false } = options;
  const view = { width: widthOf(context, options), paint: context.terminal.paint };
  const list = (request: { readonly revisions?: number[]; readonly variant?: string }) =>
    repeat(() => clients.plans.list(request, { signal: context.stop }), repeatOptions(context));
  if (dryRun) {
    const request = previewRequestOf(options);
    const preview = await clients.plans.preview(request, { signal: context.stop });
    return printResult(context, options, preview, () => formatPreview(preview, view));
  }
  if (why !== undefined) {
    const { variants } = await clients.registry.describe({ name: why }, { signal: context.stop });
    const [first] = variants;
    if (first !== undefined && !variants.some(({ name }) => name === why))
      throw new ParetoError('invalid-argument', `${why} is not a variant: name a variant, such as ${first.name}`);
    const reasons = whyVariant(why, await list({ variant: why }));
    return printResult(context, options, reasons, () => formatWhy(reasons, view));
  }
  const revisions = revision === undefined ? [...(diff ?? [])] : [revision];
  const { current, plans, freeze } = await list({ revisions });
  if (history) return printResult(context, options, { plans }, () => formatHistory(plans, view));
  const planOf = (wanted: number | undefined): wire.RecordedPlan => {
    const found = wanted === undefined ? current : plans.find((one) => one.revision === wanted);
    if (found === null || found === undefined) throw noPlanError();
    return found;
  };
  if (diff !== undefined) {
    const difference = diffPlans(planOf(diff[0]), planOf(diff[1]));
    return printResult(context, options, difference, () => formatDiff(difference, view));
  }
  const plan = planOf(revision);
  const inForce = revision === undefined ? freeze : null;
  printResult(context, options, { plan, freeze: inForce }, () => formatPlan(plan, inForce, view));
}

const noPlanError = (): ParetoError =>
  new ParetoError(
    'unavailable',
    'there is no plan yet: a leader plans once it has all workers; retry in a few seconds',
  );
