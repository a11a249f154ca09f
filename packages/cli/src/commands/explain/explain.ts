// `pareto explain` and `pareto whatif`: the reasons of a routing decision, and the feasibility of an objective.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { wrap } from '@pareto/report';
import { formatCandidates, type CandidateTableOptions } from '../../candidates/candidate-table.js';
import { withRouter } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { explainInASentence } from './sentence.js';
import { formatObjective, formatSpan } from '../../terminal/format.js';
import { addObjectiveOptions, readObjective, type ObjectiveOptions } from '../../context/options.js';
import type { Paint } from '../../terminal/terminal.js';

export function addExplain(program: Command, context: Context): void {
  program
    .command('explain')
    .summary('explain the routing decision of a query')
    .description(
      'Explains the routing decision of a query in one sentence, and lists the candidates with predicted latency against the objective, accuracy, cost and verdict.',
    )
    .argument(
      '[decision-id]',
      'pareto_decision_id of the answer (default: the last decision of the router; needs an operator certificate if the router has certificates)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  pareto explain\n  pareto explain router-1-8d2f04b1.42.9e3779b97f4a7c15 -o json',
    )
    .action(async (decisionId: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const explained = await withRouter(options, ({ inference }) =>
        inference.explain({ decisionId: decisionId ?? '' }, { signal: context.stop }),
      );
      printResult(context, options, explained, () =>
        formatExplanation(explained, context.terminal.paint, widthOf(context, options)),
      );
    });
}

function formatExplanation(explained: wire.ExplainResponse, paint: Paint, width: number): string {
  const sentence = `${explained.target}: ${explainInASentence(explained)}`;
  const { tableVersion } = explained;
  const table = tableVersion.slice(tableVersion.lastIndexOf(':') + 1);
  return [
    ...wrap(sentence, width).map(paint.bold),
    ...wrap(
      `decision ${explained.decisionId}, ${formatSpan(explained.ageMs)} ago, routing table ${table}; objective: ${formatObjective(explained.objective)}`,
      width,
    ).map(paint.dim),
    ...(explained.candidates.length === 0
      ? []
      : ['', formatCandidates(explained.candidates, { objective: explained.objective, paint, width })]),
  ].join('\n');
}

export function addWhatIf(program: Command, context: Context): void {
  const command = program
    .command('whatif')
    .summary('check whether an objective is feasible')
    .description(
      'Checks whether an objective is feasible, by which variant and at what cost, and shows the nearest feasible objective if it is not. Sends no query.',
    )
    .argument('<target>', 'a task, an architecture or a variant');
  addObjectiveOptions(command)
    .addHelpText('after', '\nExample:\n  pareto whatif digits --latency-ms 5 --min-accuracy 0.98')
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & ObjectiveOptions>();
      const objective = readObjective(options);
      const answer = await withRouter(options, ({ inference }) => inference.whatIf({ target, objective }));
      const view = { objective: requestedObjective(options), paint: context.terminal.paint };
      printResult(context, options, answer, () => formatWhatIf(answer, { ...view, width: widthOf(context, options) }));
    });
}

/** Returns the objective of the options, without the task's defaults, which are unknown here. */
const requestedObjective = ({
  latencyMs,
  minAccuracy,
  maxCostPer1k,
  accuracyBound,
}: ObjectiveOptions): wire.Objective => ({
  ...(latencyMs === undefined ? {} : { latencyMs, _latencyMs: 'latencyMs' as const }),
  ...(minAccuracy === undefined ? {} : { minAccuracy, _minAccuracy: 'minAccuracy' as const }),
  ...(maxCostPer1k === undefined ? {} : { maxCostPer_1k: maxCostPer1k, _maxCostPer_1k: 'maxCostPer_1k' as const }),
  ...{ class: 'CLASS_UNSPECIFIED', degrade: 'DEGRADE_UNSPECIFIED' },
  accuracyBound: accuracyBound === 'lower95' ? 'LOWER95' : 'POINT',
});

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
          `nearest feasible objective: ${formatObjective(answer.nearest)}, by ${answer.nearestBy?.variant ?? 'unknown'}`,
          width,
        );
  const [first = '', ...more] = wrap(`no: ${answer.reason}`, width);
  return [first.replace('no', paint.red), ...more, ...nearest, ...candidates].join('\n');
}
