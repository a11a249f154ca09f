// `pareto whatif`: the feasibility of an objective.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { wrap } from '@pareto/report';
import { fetchMeasuredBy, measuredByOf } from '../../candidates/measured-by.js';
import { formatCandidates, type CandidateTableOptions } from '../../candidates/candidate-table.js';
import { withController, withRouter } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import {
  addObjectiveOptions,
  numberIn,
  readObjective,
  translateLimits,
  type ObjectiveOptions,
} from '../../context/options.js';
import { formatPreview, unansweredReason } from '../../plans/format-preview.js';
import { formatObjective } from '../../terminal/format.js';
import { receivedObjective } from '../../terminal/received-objective.js';

interface Options extends CommonOptions, ObjectiveOptions {
  readonly rate?: number;
}

export function addWhatIf(program: Command, context: Context): void {
  const command = program
    .command('whatif')
    .summary('check whether an objective is feasible')
    .description(
      'Checks whether an objective is feasible, by which variant and at what cost, and shows the nearest feasible objective if it is not. With --rate, checks whether the fleet can answer so many items per second more with that objective: with which replicas, at what cost, and how long until they are ready. Sends no query.',
    )
    .argument('<target>', 'a task, an architecture or a variant');
  addObjectiveOptions(command)
    .option('--rate <items/s>', 'items per second, in addition to the present ones', numberIn(0, 1e9))
    .addHelpText(
      'after',
      '\nExamples:\n  pareto whatif digits --latency-ms 5 --min-accuracy 0.98\n  pareto whatif digits --latency-ms 50 --min-accuracy 0.98 --rate 300\n  pareto whatif diabetes --max-rmse 60',
    )
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      if (options.rate !== undefined) return checkLoad(context, options, target, options.rate);
      const { answer, asked } = await withRouter(options, async (router) => {
        const asked = await translateLimits(options, target, () => fetchMeasuredBy(router, target));
        return { asked, answer: await router.inference.whatIf({ target, objective: readObjective(asked) }) };
      });
      // Without the defaults of the task, which are unknown here.
      const view = { objective: receivedObjective(asked), paint: context.terminal.paint };
      printResult(context, options, answer, () => formatWhatIf(answer, { ...view, width: widthOf(context, options) }));
    });
}

/** Checks whether the fleet can answer queries at a rate, in addition to the present ones. */
async function checkLoad(context: Context, options: Options, target: string, itemsPerSecond: number): Promise<void> {
  const asked = await translateLimits(options, target, () =>
    withRouter(options, (router) => fetchMeasuredBy(router, target)),
  );
  const request = { demands: [{ target, objective: readObjective(asked), itemsPerSecond }] };
  const answer = await withController(options, ({ plans }) => plans.preview(request, { signal: context.stop }));
  const { paint } = context.terminal;
  const reason = unansweredReason(answer);
  printResult(context, options, { ...answer, feasible: reason === undefined }, () => {
    const head = reason === undefined ? paint.green('yes') : [`${paint.red('no')}: ${reason}`, loadAdvice].join('\n');
    return `${head}\n${formatPreview(answer, { width: widthOf(context, options), paint })}`;
  });
}

const loadAdvice = "→ 'pareto plan --dry-run --add-workers WORKER=N' shows what more workers change";

function formatWhatIf(answer: wire.WhatIfResponse, view: CandidateTableOptions): string {
  const { paint, width } = view;
  const candidates = answer.candidates.length === 0 ? [] : ['', formatCandidates(answer.candidates, view)];
  if (answer.feasible) {
    const head = answer.warm ? 'yes, and a replica is ready' : 'yes, after loading a replica';
    const [first = '', ...more] = wrap(`${head}: ${answer.reason}`, width);
    return [first.replace(head, paint.green(head)), ...more, ...candidates].join('\n');
  }
  const nearest =
    answer.nearest === null
      ? []
      : wrap(
          `nearest feasible objective: ${formatObjective(answer.nearest, measuredByOf(answer.candidates))}, by ${answer.nearestBy?.variant ?? 'unknown'}`,
          width,
        );
  const [first = '', ...more] = wrap(`no: ${answer.reason}`, width);
  return [first.replace('no', paint.red), ...more, ...nearest, ...candidates].join('\n');
}
