// `pareto explain` and `pareto whatif`: the reasons of a routing decision, and the feasibility of an objective.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { formatCandidates } from '../explain/candidate-table.js';
import { withRouter } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { explainInASentence } from '../explain/sentence.js';
import { formatObjective, formatSpan } from '../terminal/format.js';
import { addObjectiveOptions, readObjective, type ObjectiveOptions } from '../context/options.js';
import type { Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';

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
      printResult(context, options, explained, () => formatExplanation(explained, context));
    });
}

function formatExplanation(explained: wire.ExplainResponse, { terminal }: Context): string {
  const { paint } = terminal;
  const width = widthOf(terminal);
  const sentence = `${explained.target}: ${explainInASentence(explained)}`;
  const { tableVersion } = explained;
  const table = tableVersion.slice(tableVersion.lastIndexOf(':') + 1);
  return [
    ...wrap(sentence, width).map(paint.bold),
    paint.dim(
      `decision ${explained.decisionId}, ${formatSpan(explained.ageMs)} ago, routing table ${table}; objective: ${formatObjective(explained.objective)}`,
    ),
    ...(explained.candidates.length === 0
      ? []
      : ['', formatCandidates(explained.candidates, { objective: explained.objective, paint, width })]),
  ].join('\n');
}

/** Returns the width to fit. Output that does not go to a terminal is not cut. */
const widthOf = ({ interactive, columns }: Terminal): number => (interactive ? columns : Infinity);

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
      printResult(context, options, answer, () => formatWhatIf(answer, requestedObjective(options), context));
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

function formatWhatIf(answer: wire.WhatIfResponse, objective: wire.Objective, { terminal }: Context): string {
  const { paint } = terminal;
  const candidates =
    answer.candidates.length === 0
      ? []
      : ['', formatCandidates(answer.candidates, { objective, paint, width: widthOf(terminal) })];
  if (answer.feasible) {
    const head = answer.warm ? 'yes, and a replica is ready' : 'yes, after loading a replica';
    return [`${paint.green(head)}: ${answer.reason}`, ...candidates].join('\n');
  }
  const nearest =
    answer.nearest === null
      ? []
      : [
          `nearest feasible objective: ${formatObjective(answer.nearest)}, by ${answer.nearestBy?.variant ?? 'unknown'}`,
        ];
  return [`${paint.red('no')}: ${answer.reason}`, ...nearest, ...candidates].join('\n');
}
