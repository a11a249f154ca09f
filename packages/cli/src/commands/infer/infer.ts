// `pareto infer`: sends one query and prints the answer.

import { Option, type Command } from 'commander';
import type { Context } from '../../context/context.js';
import { addObjectiveOptions, duration, wholeNumberIn } from '../../context/options.js';
import type { InferFlags } from './infer-run.js';

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];
const defaultTimeoutMs = 30_000;

export function addInfer(program: Command, context: Context): void {
  const command = program
    .command('infer')
    .summary('send one query')
    .description(
      'Sends one query and shows the outputs, the variant that answered, the latency and the cost. Write an input as name=1,2,3 or name=[[1,2],[3,4]] (a plain list takes the shape that the model expects), as name=text, or as name=@file: an .npy file, an .npz file with an array of that name (#row or #first-last selects rows), or any file for an input of BYTES. The name may be omitted if the model has a single input.',
    )
    .requiredOption('-t, --target <name>', 'a task, an architecture or a variant')
    .requiredOption('-i, --input <[name=]value>', 'input (repeatable)', collect)
    .option('--outputs <name,...>', 'names of the outputs to return (default: all)', (text: string) => text.split(','))
    .option(
      '--top <k>',
      'number of best classes to return, with their labels, instead of all scores',
      wholeNumberIn(1, 1e6),
    )
    .option('--model-version <n>', 'version of the architecture (default: the current one)')
    .option('--id <text>', 'id of the query, which is returned with the answer')
    .option('--priority <n>', 'priority of the Open Inference Protocol, 1 is the highest', wholeNumberIn(0, 2 ** 32))
    .addOption(
      new Option('--timeout <duration>', 'time limit, such as 500ms or 30s')
        .argParser(duration)
        .default(defaultTimeoutMs, '30s'),
    );
  addObjectiveOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  pareto infer -t digits -i image=@examples/digits/validation.npz#12 --latency-ms 20 --min-accuracy 0.98\n  pareto infer -t diabetes -i @patient.npy --max-rmse 60\n  pareto infer -t iris -i 5.1,3.5,1.4,0.2 --top 3',
    )
    .action(async (_options: unknown, self: Command) => {
      const { runInfer } = await import('./infer-run.js');
      await runInfer(context, self.optsWithGlobals<InferFlags>());
    });
}
