// `pareto infer`: one query, its answer and what it was answered by.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
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
  readonly outputs: readonly string[];
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
      'Sends one query and shows its answer, and what it was answered by. Inputs are written as name=1,2,3 or name=[[1,2],[3,4]] (a plain list takes the shape of the input), name=text, or read as name=@file: an .npy file, an .npz file with an array of that name (#row or #first-last takes some rows), or any file for an input of BYTES. The name may be left out where there is one input.',
    )
    .requiredOption('-t, --target <name>', 'a task, an architecture or a variant')
    .requiredOption('-i, --input <[name=]value>', 'an input (repeatable)', collect)
    .option('--outputs <name,...>', 'only these', (text: string) => text.split(','), [])
    .option('--top <k>', 'the best k classes with their labels, in place of all scores', wholeNumberIn(1, 1e6))
    .option('--model-version <n>', 'of the architecture (default: the one in use)')
    .option('--id <text>', 'of the query, given back with its answer')
    .option('--priority <n>', "the protocol's priority, 1 the highest", wholeNumberIn(0, 2 ** 32))
    .option('--timeout <duration>', 'give up after so long: 500ms, 30s', duration, defaultTimeoutMs);
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
  const { id = '', outputs } = options;
  const request = { target, objective: readObjective(options), inputs: [...inputs], outputs: [...outputs], id };
  const answer = await router.inference.infer(request, limits);
  printResult(context, options, { ...answer, outputs: answer.outputs.map(withValues) }, () => formatAnswer(answer));
}

const oipQuery = (options: Options, inputs: readonly InputTensor[]): Parameters<typeof inferByOip>[1] => ({
  ...{ inputs, target: options.target, outputs: options.outputs, objective: options },
  ...{ modelVersion: options.modelVersion ?? '', id: options.id ?? '', priority: options.priority, top: options.top },
});

/** For programs: numbers or texts in place of bytes where the datatype has them. */
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
    `in ${formatMs(answer.latencyMs)}, for ${formatUsd(answer.costUsd * 1000)} per 1,000 like it`,
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
    `in ${formatMs(tookMs)}, for ${formatUsd(Number(text('cost')) * 1000)} per 1,000 like it`,
    `why: pareto explain ${text('decision_id')}`,
  ].join('\n');
}
