// `pareto infer`: one query, its answer and what it was answered by.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withRouter } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { formatAccuracy, formatMs, formatUsd } from '../format.js';
import { addObjectiveOptions, numberIn, readObjective, type ObjectiveOptions } from '../options.js';
import { readInput } from '../tensor-input.js';
import { formatTensor, readNumbers } from '../tensor-values.js';

interface Options extends CommonOptions, ObjectiveOptions {
  readonly target: string;
  readonly input: readonly string[];
  readonly timeoutMs: number;
}

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

export function addInfer(program: Command, context: Context): void {
  const command = program
    .command('infer')
    .description('send one query')
    .requiredOption('--target <name>', 'a task, an architecture or a variant')
    .requiredOption(
      '--input <name=@file>',
      'an .npy file, or an .npz file with an array of that name; #row or #first-last takes some rows (repeatable)',
      collect,
    )
    .option('--timeout-ms <ms>', 'give up after so long', numberIn(1, Infinity), 30_000);
  addObjectiveOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  pareto infer --target digits --input image=@examples/digits/validation.npz#12 --latency-ms 20 --min-accuracy 0.98',
    )
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const inputs = await Promise.all(options.input.map(readInput));
      const request = { target: options.target, objective: readObjective(options), inputs };
      const answer = await withRouter(options, ({ inference }) =>
        inference.infer(request, { timeoutMs: options.timeoutMs, signal: context.stop }),
      );
      printResult(context, options, withValues(answer), () => formatAnswer(answer));
    });
}

/** For programs: numbers in place of bytes where the datatype has them. */
const withValues = (answer: wire.InferResponse): object => ({
  ...answer,
  outputs: answer.outputs.map((output) => {
    const { contents, ...head } = output;
    const values = readNumbers(output);
    return values === undefined ? { ...head, contents } : { ...head, values };
  }),
});

function formatAnswer(answer: wire.InferResponse): string {
  const marks = [...(answer.degraded ? ['degraded'] : []), ...(answer.coldStart ? ['cold start'] : [])];
  return [
    ...answer.outputs.map(formatTensor),
    `answered by ${answer.variant}, ${formatAccuracy(answer.accuracy)}${marks.map((mark) => `, ${mark}`).join('')}`,
    `in ${formatMs(answer.latencyMs)}, for ${formatUsd(answer.costUsd * 1000)} per 1,000 like it`,
    `why: pareto explain ${answer.decisionId}`,
  ].join('\n');
}
