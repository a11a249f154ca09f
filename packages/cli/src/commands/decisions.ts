// `pareto explain` and `pareto whatif`: why something was answered so, and what could be.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { formatCandidates } from '../candidate-table.js';
import { withRouter } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { formatMs, formatObjective } from '../format.js';
import { addObjectiveOptions, readObjective, type ObjectiveOptions } from '../options.js';

export function addExplain(program: Command, context: Context): void {
  program
    .command('explain')
    .description('tell how a query was decided')
    .argument('<decision-id>', 'the answer’s pareto_decision_id')
    .addHelpText('after', '\nExample:\n  pareto explain router-1.42')
    .action(async (decisionId: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const explained = await withRouter(options, ({ inference }) => inference.explain({ decisionId }));
      printResult(context, options, explained, () => formatExplanation(explained));
    });
}

function formatExplanation(explained: wire.ExplainResponse): string {
  const verdicts = Object.entries(explained.verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    `${explained.decisionId}: ${explained.target}, ${formatObjective(explained.objective)}`,
    `outcome  ${explained.outcome}${explained.worker === '' ? '' : ` on ${explained.worker}`}, ${formatMs(explained.ageMs)} ago, table ${explained.tableVersion}`,
    `verdicts ${verdicts.join(', ') || 'none'}`,
    '',
    formatCandidates(explained.candidates),
  ].join('\n');
}

export function addWhatIf(program: Command, context: Context): void {
  const command = program
    .command('whatif')
    .description('tell whether an objective can be met, by what and at what price')
    .argument('<target>', 'a task, an architecture or a variant');
  addObjectiveOptions(command)
    .addHelpText('after', '\nExample:\n  pareto whatif digits --latency-ms 5 --min-accuracy 0.98')
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & ObjectiveOptions>();
      const objective = readObjective(options);
      const answer = await withRouter(options, ({ inference }) => inference.whatIf({ target, objective }));
      printResult(context, options, answer, () => formatWhatIf(answer));
    });
}

function formatWhatIf(answer: wire.WhatIfResponse): string {
  if (answer.feasible) {
    const head = answer.warm ? 'yes, and a replica is ready' : 'yes, after loading: no replica is ready';
    return `${head}\n\n${formatCandidates(answer.candidates)}`;
  }
  const nearest =
    answer.nearest === null
      ? []
      : [`nearest that can: ${formatObjective(answer.nearest)}, by ${answer.nearestBy?.variant ?? 'unknown'}`];
  const candidates = answer.candidates.length === 0 ? [] : ['', formatCandidates(answer.candidates)];
  return [`no: ${answer.reason}`, ...nearest, ...candidates].join('\n');
}
