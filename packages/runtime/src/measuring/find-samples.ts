// Finds synthetic inputs that a model accepts, by trying likely sizes of its dynamic dimensions.

import type { Signature } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import type { MeasurementSlot } from './measurement-slot.js';
import { runFailure, type TensorInput } from '../executors/run.js';
import { sampleInputs } from './sample-inputs.js';
import { sampleShapes } from './sample-shapes.js';

/** Inputs by batch size, or the reason why the model failed on all synthetic inputs. */
export type FoundSamples =
  | { readonly kind: 'found'; readonly inputsOf: (batch: number) => readonly TensorInput[] }
  | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Runs the model on synthetic inputs until one run succeeds. Throws as `runFailure` does if the model kills its
 * process, since it must not serve then.
 */
export async function findSamples(
  executor: Executor,
  signature: Signature,
  slot: MeasurementSlot,
): Promise<FoundSamples> {
  let reason = '';
  for (const shapes of sampleShapes(signature)) {
    await slot.renew();
    const inputsOf = (batch: number): readonly TensorInput[] => sampleInputs(signature, batch, shapes);
    const outcome = await slot.run(() => executor.run({ inputs: inputsOf(1), outputs: [], expectedMs: undefined }));
    slot.release();
    if (outcome.kind === 'done') return { kind: 'found', inputsOf };
    if (outcome.kind !== 'failed') throw runFailure("the model doesn't run on sample inputs", outcome);
    reason ||= outcome.message;
  }
  return { kind: 'rejected', reason: `the model failed on all synthetic inputs (${firstLine(reason)})` };
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 500);
