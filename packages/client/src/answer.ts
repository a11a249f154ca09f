// What a query is answered with, as a program has it.

import { isDataType, ParetoError, type Accuracy } from '@pareto/core';
import { accuracyFromWire, type wire } from '@pareto/rpc';
import { fromRaw, type Tensor } from './tensor.js';

export interface Answer {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What answered: `architecture:recipe[@provider]`. */
  readonly variant: string;
  /** By the task's validation set, a fraction of 1; undefined: unmeasured. */
  readonly accuracy: number | undefined;
  /** With its 95 % interval; undefined: unmeasured, or answered on a stream. */
  readonly measured: Accuracy | undefined;
  /** USD, of the device time that was used. */
  readonly costUsd: number;
  /** Below the accuracy floor, as `degrade: 'allow'` asked for. */
  readonly degraded: boolean;
  /** A variant was loaded for it. */
  readonly coldStart: boolean;
  /** For `explain`. */
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
  const { variant, costUsd, degraded, coldStart, decisionId } = message;
  const measured = accuracyFromWire(message.accuracy);
  return {
    outputs: outputsOf(message.outputs.map((output) => ({ ...output, raw: output.contents }))),
    ...{ variant, costUsd, degraded, coldStart, decisionId, measured },
    accuracy: measured?.value,
  };
}
