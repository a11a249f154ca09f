// `pareto whatif`: the feasibility of an objective.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { wrap } from '@pareto/report';
import { fetchMeasuredBy, measuredByOf } from '../../candidates/measured-by.js';
import { formatCandidates, type CandidateTableOptions } from '../../candidates/candidate-table.js';
import { withRouter } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { addObjectiveOptions, readObjective, translateLimits, type ObjectiveOptions } from '../../context/options.js';
import { formatObjective } from '../../terminal/format.js';
import { receivedObjective } from '../../terminal/received-objective.js';

export function addWhatIf(program: Command, context: Context): void {
  const command = program
    .command('whatif')
    .summary('check whether an objective is feasible')
    .description(
      'Checks whether an objective is feasible, by which variant and at what cost, and shows the nearest feasible objective if it is not. Sends no query.',
    )
    .argument('<target>', 'a task, an architecture or a variant');
  addObjectiveOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  pareto whatif digits --latency-ms 5 --min-accuracy 0.98\n  pareto whatif diabetes --max-rmse 60',
    )
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & ObjectiveOptions>();
      const { answer, asked } = await withRouter(options, async (router) => {
        const asked = await translateLimits(options, target, () => fetchMeasuredBy(router, target));
        return { asked, answer: await router.inference.whatIf({ target, objective: readObjective(asked) }) };
      });
      // Without the defaults of the task, which are unknown here.
      const view = { objective: receivedObjective(asked), paint: context.terminal.paint };
      printResult(context, options, answer, () => formatWhatIf(answer, { ...view, width: widthOf(context, options) }));
    });
}

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
