// Runs a query of the quick start through its interface, and checks the result.

import { ParetoError, type Clock } from '@pareto/core';
import { decodeInferResponse, encodeInferRequest, type wire } from '@pareto/protocol';
import type { RouterClients } from '../connection/connect.js';
import { formatObjective } from '../terminal/format.js';
import { argmaxRows, readNumbers } from '../commands/infer/tensor-values.js';
import type { Samples } from './samples.js';
import type { Query } from './queries.js';

export interface Outcome {
  readonly query: Query;
  readonly answeredBy: string;
  readonly hits: number;
  readonly latencyMs: number | undefined;
  readonly accuracy: wire.Accuracy | null;
  readonly costPer1k: number | undefined;
  readonly reason: string;
  /** The unmet expectation. Undefined if the result is as expected. */
  readonly problem: string | undefined;
}

export interface QueryContext {
  readonly clients: RouterClients;
  readonly samples: Samples;
  readonly clock: Clock;
}

const timeoutMs = 20_000;

export async function runQuery(context: QueryContext, query: Query, firstRow: number): Promise<Outcome> {
  if (query.via === 'whatif') return runWhatIf(context, query);
  try {
    const answer = await (query.via === 'oip' ? runOip : runInfer)(context, query, firstRow);
    return await checkAnswer(context, query, answer);
  } catch (error) {
    if (!(error instanceof ParetoError)) throw error;
    const expected = query.expect.kind === 'refusal' && error.code === 'failed-precondition';
    const problem = expected ? undefined : `${error.code}: ${error.message}`;
    return { ...emptyOutcome(query), answeredBy: 'refused', reason: error.message, problem };
  }
}

const emptyOutcome = (query: Query): Outcome => ({
  ...{ query, answeredBy: '-', hits: 0, latencyMs: undefined, accuracy: null, costPer1k: undefined, reason: '' },
  problem: undefined,
});

interface Answer {
  readonly variant: string;
  readonly decisionId: string;
  readonly degraded: boolean;
  readonly coldStart: boolean;
  readonly latencyMs: number;
  readonly hits: number;
}

async function runInfer({ clients, samples }: QueryContext, query: Query, firstRow: number): Promise<Answer> {
  const { image, labels } = samples.take(firstRow, query.items);
  const request = { target: query.target, objective: query.objective, inputs: [image] };
  const reply = await clients.inference.infer(request, { timeoutMs });
  const { variant, decisionId, degraded, coldStart, latencyMs } = reply;
  return { variant, decisionId, degraded, coldStart, latencyMs, hits: countHits(reply.outputs[0], labels) };
}

/** Sends only the task's name and a tensor, as any client of the protocol can. */
async function runOip({ clients, samples, clock }: QueryContext, query: Query, firstRow: number): Promise<Answer> {
  const { image, labels } = samples.take(firstRow, query.items);
  const { name, datatype, shape, contents: raw } = image;
  const body = encodeInferRequest({ modelName: query.target, inputs: [{ name, datatype, shape, raw }] });
  const since = clock.now();
  const reply = decodeInferResponse((await clients.modelInfer(body, { timeoutMs })).body);
  const [output] = reply.outputs;
  const parameter = (key: string): string => String(reply.parameters.get(key) ?? '');
  return {
    variant: parameter('pareto_variant'),
    decisionId: parameter('pareto_decision_id'),
    degraded: parameter('pareto_degraded') === 'true',
    coldStart: parameter('pareto_cold_start') === 'true',
    latencyMs: clock.now() - since,
    hits: output === undefined ? 0 : countHits({ ...output, shape: [...output.shape], contents: output.raw }, labels),
  };
}

type Scored = Pick<wire.Tensor, 'datatype' | 'shape' | 'contents'>;

function countHits(output: Scored | undefined, labels: readonly number[]): number {
  const digits = output === undefined ? [] : argmaxRows(readNumbers(output) ?? [], output.shape.at(-1) ?? 1);
  return labels.filter((label, i) => label === digits[i]).length;
}

/** Compares the answer with the query's expectation and objective, and adds the reason from Explain. */
async function checkAnswer({ clients }: QueryContext, query: Query, answer: Answer): Promise<Outcome> {
  const explained = await clients.inference.explain({ decisionId: answer.decisionId }, { timeoutMs });
  const chosen = explained.candidates.find(({ variant }) => variant === answer.variant);
  const { variant: answeredBy, hits, latencyMs } = answer;
  const accuracy = chosen?.accuracy ?? null;
  const costPer1k = chosen?.costPer_1k;
  const reason = `${answer.coldStart ? 'after loading it; ' : ''}${explain(explained)}`;
  const problem = findProblem(query, answer, chosen);
  return { query, answeredBy, hits, latencyMs, accuracy, costPer1k, reason, problem };
}

function findProblem(
  { expect, objective }: Query,
  answer: Answer,
  chosen: wire.Candidate | undefined,
): string | undefined {
  if (expect.kind !== 'answer') return 'was answered, expected a refusal';
  if (chosen === undefined) return 'Explain does not list the variant that answered';
  if (expect.by !== undefined && expect.by !== answer.variant) return `expected ${expect.by}`;
  const degraded = expect.degraded ?? false;
  if (answer.degraded !== degraded) return degraded ? 'not marked as degraded' : 'degraded';
  const accuracy = objective?.accuracyBound === 'LOWER95' ? chosen.accuracy?.lower95 : chosen.accuracy?.value;
  if (!degraded && (accuracy ?? 0) < Number(objective?.minAccuracy ?? 0)) return 'below the accuracy floor';
  if (chosen.costPer_1k > Number(objective?.maxCostPer_1k ?? Infinity)) return 'above the cost ceiling';
  return answer.latencyMs > Number(objective?.latencyMs ?? Infinity) ? 'later than the objective' : undefined;
}

/** Returns e.g. `cheapest of 3 feasible`. `pareto explain` lists the others, with their verdicts. */
function explain({ verdicts }: wire.ExplainResponse): string {
  const { chosen = 0, eligible = 0 } = verdicts;
  const feasible = chosen + eligible;
  if (feasible === 0) return 'the nearest: none is feasible';
  return feasible === 1 ? 'the only feasible one' : `cheapest of ${feasible} feasible`;
}

async function runWhatIf({ clients }: QueryContext, query: Query): Promise<Outcome> {
  const { target, objective, expect } = query;
  const {
    feasible,
    candidates,
    nearest,
    nearestBy,
    reason: refusal,
  } = await clients.inference.whatIf({ target, objective }, { timeoutMs });
  const best = feasible ? candidates[0] : nearestBy;
  const by = best?.variant ?? 'none';
  const reason = feasible ? `yes, by ${by}` : `${refusal}; nearest: ${formatObjective(nearest)} by ${by}`;
  const asExpected = expect.kind === 'feasible' && expect.feasible === feasible && best !== undefined && best !== null;
  const problem = asExpected ? undefined : 'expected the opposite';
  return { ...emptyOutcome(query), accuracy: best?.accuracy ?? null, costPer1k: best?.costPer_1k, reason, problem };
}
