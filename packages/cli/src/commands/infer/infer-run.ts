// The work of `pareto infer`: reads the inputs, sends the query, and prints the answer.

import { formatValue, type MeasuredBy } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { fetchMeasuredBy } from '../../candidates/measured-by.js';
import { withRouter, type RouterClients } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { readObjective, translateLimits, type ObjectiveOptions } from '../../context/options.js';
import { formatAccuracy, formatCost, formatMs } from '../../terminal/format.js';
import { inferByOip, type OipAnswer } from './oip-query.js';
import { readInputs, toInputSpec } from './read-inputs.js';
import type { InputTensor } from './tensor-input.js';
import { formatTensor, readTexts, readNumbers } from './tensor-values.js';

export interface InferFlags extends CommonOptions, ObjectiveOptions {
  readonly target: string;
  readonly input: readonly string[];
  readonly outputs?: readonly string[];
  readonly modelVersion?: string;
  readonly id?: string;
  readonly priority?: number;
  readonly top?: number;
  readonly timeout: number;
}

/** Sends the query and prints the answer. */
export const runInfer = (context: Context, options: InferFlags): Promise<void> =>
  withRouter(options, (router) => runQuery(router, options, context));

async function runQuery(router: RouterClients, given: InferFlags, context: Context): Promise<void> {
  const { target, modelVersion = '' } = given;
  const limits = { timeoutMs: given.timeout, signal: context.stop };
  const options = await translateLimits(given, target, () => fetchMeasuredBy(router, target, limits));
  const inputs = await readInputs(options.input, async () => {
    const { inputs: specs } = await router.protocol.modelMetadata({ name: target, version: modelVersion }, limits);
    return specs.map(toInputSpec);
  });
  if (options.top !== undefined || options.priority !== undefined || modelVersion !== '') {
    const began = context.clock.now();
    const answer = await inferByOip(router, oipQuery(options, inputs), limits);
    const tookMs = context.clock.now() - began;
    const by = await fetchMeasuredBy(router, target, limits).catch(() => undefined);
    return printResult(context, options, oipJson(answer), () => formatOip(answer, tookMs, by));
  }
  const { id = '', outputs = [] } = options;
  const request = { target, objective: readObjective(options), inputs: [...inputs], outputs: [...outputs], id };
  const answer = await router.inference.infer(request, limits);
  printResult(context, options, { ...answer, outputs: answer.outputs.map(withValues) }, () => formatAnswer(answer));
}

const oipQuery = (options: InferFlags, inputs: readonly InputTensor[]): Parameters<typeof inferByOip>[1] => ({
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
    `in ${formatMs(answer.latencyMs)}, at ${costText(answer.costUsd, answer.costPer_1k)}`,
    `why: pareto explain ${answer.decisionId}`,
  ].join('\n');
}

/** Returns e.g. `$0.410 per million answers, estimated at $0.390`: of the device time used, and of the decision. */
const costText = (costUsd: number, costPer1k: number): string =>
  `${formatCost(costUsd * 1000)} per million answers${costPer1k > 0 ? `, estimated at ${formatCost(costPer1k)}` : ''}`;

function formatOip(
  { outputs, parameters, modelVersion }: OipAnswer,
  tookMs: number,
  by: MeasuredBy = { metric: '' },
): string {
  const text = (name: string): string => String(parameters.get(`pareto_${name}`) ?? '');
  const accuracy = Number(text('accuracy'));
  const marks = [
    text('accuracy') === '' ? 'unmeasured' : formatValue(by, accuracy),
    ...(text('degraded') === 'true' ? ['degraded'] : []),
    ...(text('cold_start') === 'true' ? ['cold start'] : []),
  ];
  return [
    ...outputs.map((output) => formatTensor(asTensor(output))),
    `answered by ${text('variant')} version ${modelVersion}, ${marks.join(', ')}`,
    `in ${formatMs(tookMs)}, at ${costText(Number(text('cost')), Number(text('cost_per_1k')))}`,
    `why: pareto explain ${text('decision_id')}`,
  ].join('\n');
}
