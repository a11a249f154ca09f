// `pareto infer`: sends one query and prints the answer.

import type { wire } from '@pareto/rpc';
import { Option, type Command } from 'commander';
import { withRouter, type RouterClients } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { formatAccuracy, formatMs, formatPercent, formatUsd } from '../terminal/format.js';
import { inferByOip, type OipAnswer } from '../infer/oip-query.js';
import { readInputs, toInputSpec } from '../infer/read-inputs.js';
import {
  addObjectiveOptions,
  duration,
  readObjective,
  wholeNumberIn,
  type ObjectiveOptions,
} from '../context/options.js';
import type { InputTensor } from '../infer/tensor-input.js';
import { formatTensor, readTexts, readNumbers } from '../infer/tensor-values.js';

interface Options extends CommonOptions, ObjectiveOptions {
  readonly target: string;
  readonly input: readonly string[];
  readonly outputs?: readonly string[];
  readonly modelVersion?: string;
  readonly id?: string;
  readonly priority?: number;
  readonly top?: number;
  readonly timeout: number;
}

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
      '\nExamples:\n  pareto infer -t digits -i image=@examples/digits/validation.npz#12 --latency-ms 20 --min-accuracy 0.98\n  pareto infer -t iris -i 5.1,3.5,1.4,0.2 --top 3',
    )
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      await withRouter(options, async (router) => runQuery(router, options, context));
    });
}

async function runQuery(router: RouterClients, options: Options, context: Context): Promise<void> {
  const { target, modelVersion = '' } = options;
  const limits = { timeoutMs: options.timeout, signal: context.stop };
  const inputs = await readInputs(options.input, async () => {
    const { inputs: specs } = await router.protocol.modelMetadata({ name: target, version: modelVersion }, limits);
    return specs.map(toInputSpec);
  });
  if (options.top !== undefined || options.priority !== undefined || modelVersion !== '') {
    const began = context.clock.now();
    const answer = await inferByOip(router, oipQuery(options, inputs), limits);
    const tookMs = context.clock.now() - began;
    return printResult(context, options, oipJson(answer), () => formatOip(answer, tookMs));
  }
  const { id = '', outputs = [] } = options;
  const request = { target, objective: readObjective(options), inputs: [...inputs], outputs: [...outputs], id };
  const answer = await router.inference.infer(request, limits);
  printResult(context, options, { ...answer, outputs: answer.outputs.map(withValues) }, () => formatAnswer(answer));
}

const oipQuery = (options: Options, inputs: readonly InputTensor[]): Parameters<typeof inferByOip>[1] => ({
  ...{ inputs, target: options.target, outputs: options.outputs ?? [], objective: options },
  ...{ modelVersion: options.modelVersion ?? '', id: options.id ?? '', priority: options.priority, top: options.top },
});

/** Replaces the bytes of a tensor by numbers or texts, if its datatype allows that, for JSON and YAML. */
function withValues(output: wire.Tensor): object {
  const { contents, ...head } = output;
  const values = readNumbers(output) ?? readTexts(output);
  return values === undefined ? { ...head, contents } : { ...head, values };
}

type OipOutput = OipAnswer['outputs'][number];

const asTensor = ({ raw, ...head }: OipOutput): wire.Tensor => ({ ...head, shape: [...head.shape], contents: raw });

const oipJson = (answer: OipAnswer): object => ({
  ...answer,
  parameters: Object.fromEntries(answer.parameters),
  outputs: answer.outputs.map((output) => withValues(asTensor(output))),
});

function formatAnswer(answer: wire.InferResponse): string {
  const marks = [...(answer.degraded ? ['degraded'] : []), ...(answer.coldStart ? ['cold start'] : [])];
  return [
    ...answer.outputs.map(formatTensor),
    `answered by ${answer.variant}, ${formatAccuracy(answer.accuracy)}${marks.map((mark) => `, ${mark}`).join('')}`,
    `in ${formatMs(answer.latencyMs)}, at ${formatUsd(answer.costUsd * 1000)} per 1,000 answers`,
    `why: pareto explain ${answer.decisionId}`,
  ].join('\n');
}

function formatOip({ outputs, parameters, modelVersion }: OipAnswer, tookMs: number): string {
  const text = (name: string): string => String(parameters.get(`pareto_${name}`) ?? '');
  const accuracy = Number(text('accuracy'));
  const marks = [
    text('accuracy') === '' ? 'unmeasured' : formatPercent(accuracy),
    ...(text('degraded') === 'true' ? ['degraded'] : []),
    ...(text('cold_start') === 'true' ? ['cold start'] : []),
  ];
  return [
    ...outputs.map((output) => formatTensor(asTensor(output))),
    `answered by ${text('variant')} version ${modelVersion}, ${marks.join(', ')}`,
    `in ${formatMs(tookMs)}, at ${formatUsd(Number(text('cost')) * 1000)} per 1,000 answers`,
    `why: pareto explain ${text('decision_id')}`,
  ].join('\n');
}
