// The answer to a query, with typed outputs.

import { isDataType, ParetoError, type Accuracy } from '@pareto/core';
import { accuracyFromWire, type wire } from '@pareto/protocol';
import { fromRaw, type Tensor } from './tensor.js';

export interface Answer {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Variant that computed the answer, as `architecture:recipe[@provider]`. */
  readonly variant: string;
  /** Accuracy of the variant on the task's validation set, from 0 to 1. Undefined if it was not measured. */
  readonly accuracy: number | undefined;
  /**
   * The accuracy with its 95 % interval, which `valueAt` converts to an rmse, mae, r2 or mse. Undefined if it was not measured,
   * and for answers of a stream.
   */
  readonly measured: Accuracy | undefined;
  /** Cost of the device time used, in USD. */
  readonly costUsd: number;
  /** Estimate that was compared with `maxCostPer1k`, in USD per 1,000 answers. Undefined if there is none. */
  readonly costPer1k: number | undefined;
  /** Indicates that the variant is below the accuracy floor, which `degrade: 'allow'` permits. */
  readonly degraded: boolean;
  /** Indicates that the query waited while a variant was loaded. */
  readonly coldStart: boolean;
  /** Id for `explain`. */
  readonly decisionId: string;
}

export const outputsOf = (
  tensors: readonly { name: string; datatype: string; shape: readonly number[]; raw: Buffer }[],
): Answer['outputs'] =>
  Object.fromEntries(
    tensors.map(({ name, datatype, shape, raw }) => {
      if (isDataType(datatype)) return [name, fromRaw(datatype, shape, raw)];
      throw new ParetoError('internal', `output '${name}' has the unknown datatype ${datatype}`);
    }),
  );

export function answerFromWire(message: wire.InferResponse): Answer {
  const { variant, costUsd, costPer_1k: cost, degraded, coldStart, decisionId } = message;
  const measured = accuracyFromWire(message.accuracy);
  return {
    outputs: outputsOf(message.outputs.map((output) => ({ ...output, raw: output.contents }))),
    ...{ variant, costUsd, degraded, coldStart, decisionId, measured },
    accuracy: measured?.value,
    costPer1k: cost > 0 ? cost : undefined,
  };
}
