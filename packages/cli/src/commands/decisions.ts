// `pareto explain` and `pareto whatif`: why something was answered so, and what could be.

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
    .summary('tell how a query was decided')
    .description(
      'Tells how a query was decided: in a sentence, and for each variant that was considered its predicted time against the objective, its accuracy, its cost and the verdict on it.',
    )
    .argument('[decision-id]', 'the answer’s pareto_decision_id (default: the last decision of the router)')
    .addHelpText('after', '\nExamples:\n  pareto explain\n  pareto explain router-1.42 -o json')
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
      `decision ${explained.decisionId}, ${formatSpan(explained.ageMs)} ago, by table ${table}; asked: ${formatObjective(explained.objective)}`,
    ),
    ...(explained.candidates.length === 0
      ? []
      : ['', formatCandidates(explained.candidates, { objective: explained.objective, paint, width })]),
  ].join('\n');
}

/** What goes elsewhere than to a terminal is told whole. */
const widthOf = ({ interactive, columns }: Terminal): number => (interactive ? columns : Infinity);

export function addWhatIf(program: Command, context: Context): void {
  const command = program
    .command('whatif')
    .summary('tell whether an objective can be met, by what and at what price')
    .description(
      'Tells whether an objective can be met, by what and at what price, and the nearest one that can. No query is sent.',
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

/** What was asked, as a table of candidates reads it; what the task's default adds is not known here. */
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
    const head = answer.warm ? 'yes, and a replica is ready' : 'yes, after loading: no replica is ready';
    return [`${paint.green(head)}: ${answer.reason}`, ...candidates].join('\n');
  }
  const nearest =
    answer.nearest === null
      ? []
      : [`nearest that can: ${formatObjective(answer.nearest)}, by ${answer.nearestBy?.variant ?? 'unknown'}`];
  return [`${paint.red('no')}: ${answer.reason}`, ...nearest, ...candidates].join('\n');
}
