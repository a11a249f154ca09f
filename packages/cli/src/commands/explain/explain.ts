// `pareto explain`: the reasons of a routing decision.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { wrap } from '@pareto/report';
import { formatCandidates } from '../../candidates/candidate-table.js';
import { measuredByOf } from '../../candidates/measured-by.js';
import { withRouter } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { explainInASentence } from './sentence.js';
import { formatObjective, formatSpan } from '../../terminal/format.js';
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
      `decision ${explained.decisionId}, ${formatSpan(explained.ageMs)} ago, routing table ${table}; objective: ${formatObjective(explained.objective, measuredByOf(explained.candidates))}`,
      width,
    ).map(paint.dim),
    ...(explained.candidates.length === 0
      ? []
      : ['', formatCandidates(explained.candidates, { objective: explained.objective, paint, width })]),
  ].join('\n');
}
