// Sends queries over one stream. Each gets its own decision. Answers arrive in the order of the queries.

import { errorText, ParetoError } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createClient, type CallOptions, type Channel } from '@pareto/rpc';
import { outputsOf, type Answer } from './answer.js';
import { objectiveParameters } from './objective.js';
import type { Query } from './query.js';
import { toRaw } from './tensor.js';

/** The answer to a streamed query, or the reason of its failure. The stream continues after both. */
export type StreamedAnswer =
  | { readonly kind: 'answered'; readonly id: string; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly id: string; readonly reason: string };

/**
 * Writes queries as they arrive and yields answers as they arrive. Throws a ParetoError if the stream breaks. Queries
 * that are unanswered then may have been executed. Ending the iteration cancels the stream.
 */
export async function* streamQueries(
  channel: Channel,
  queries: AsyncIterable<Query> | Iterable<Query>,
  options: CallOptions,
): AsyncGenerator<StreamedAnswer, void, undefined> {
  const stream = createClient(channel, 'inference.GRPCInferenceService').modelStreamInfer(options);
  let broken: unknown;
  const left = new AbortController();
  const writing = (async () => {
    for await (const query of queries) {
      if (left.signal.aborted) return;
      await stream.write(requestOf(query));
    }
  })()
    .catch((error: unknown) => (broken = error))
    .finally(() => stream.end());
  try {
    for await (const { errorMessage, inferResponse } of stream) {
      const id = inferResponse?.id ?? '';
      if (errorMessage !== '' || inferResponse === null) yield { kind: 'failed', id, reason: errorMessage };
      else yield { kind: 'answered', id, answer: answerOf(inferResponse) };
    }
  } finally {
    left.abort();
  }
  await writing;
  if (broken !== undefined)
    throw broken instanceof ParetoError ? broken : new ParetoError('internal', errorText(broken));
}

const requestOf = ({ target, inputs, outputs = [], objective, id = '' }: Query): wire.ModelInferRequestInput => ({
  modelName: target,
  id,
  parameters: objectiveParameters(objective),
  inputs: Object.entries(inputs).map(([name, { datatype, shape }]) => ({ name, datatype, shape: [...shape] })),
  outputs: outputs.map((name) => ({ name })),
  rawInputContents: Object.values(inputs).map(toRaw),
});

function answerOf({ outputs, rawOutputContents, parameters }: wire.ModelInferResponse): Answer {
  return {
    outputs: outputsOf(
      outputs.map((output, index) => ({ ...output, raw: rawOutputContents[index] ?? Buffer.alloc(0) })),
    ),
    variant: parameters['pareto_variant']?.stringParam ?? '',
    accuracy: parameters['pareto_accuracy']?.doubleParam,
    measured: undefined,
    costUsd: parameters['pareto_cost']?.doubleParam ?? 0,
    costPer1k: parameters['pareto_cost_per_1k']?.doubleParam,
    degraded: parameters['pareto_degraded']?.boolParam ?? false,
    coldStart: parameters['pareto_cold_start']?.boolParam ?? false,
    decisionId: parameters['pareto_decision_id']?.stringParam ?? '',
  };
}
