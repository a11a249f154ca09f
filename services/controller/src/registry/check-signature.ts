// Which models fit a task: the comparison of their inputs and outputs. Pure.

import { ParetoError, withLeadingBatch, type Architecture, type Signature, type Task } from '@pareto/core';
import type { RecordView } from '../storage/record-tables.js';

/** The fields of a model that determine whether it fits others. */
export type ModelForm = Pick<Architecture, 'signature' | 'fixedBatch'>;

type Architectures = Pick<RecordView, 'architectures'>;

/** Throws `invalid-argument` unless the model fits the task. */
export function checkSignature(records: Architectures, task: Task, model: ModelForm, name: string): void {
  const form = formOf(records, task);
  if (form === undefined || fits(form, model)) return;
  const both = `the task has ${describe(form.signature)}, the model ${describe(model.signature)}`;
  throw new ParetoError(
    'invalid-argument',
    `architecture ${name} does not fit task ${task.name}: ${both}; ${adviceFor(form, model)}`,
  );
}

/** Returns what to do about a model that does not fit. A larger fixed batch could not answer queries of one item. */
function adviceFor(form: ModelForm, { signature, fixedBatch = 0 }: ModelForm): string {
  const isFixed = fixedBatch > 1 && isSame(perItem(form), withLeadingBatch(signature));
  return isFixed
    ? `export the model with a dynamic first dimension instead of ${fixedBatch}`
    : 'export the model with the same inputs and outputs, or register it for another task';
}

/**
 * Returns the task's signature after a fitting model is added. If the two signatures differ, it is batched, so that only
 * batched models get queries of several items.
 */
export function signatureWith(records: Architectures, task: Task, model: ModelForm): Signature {
  const form = formOf(records, task);
  if (form === undefined) return model.signature;
  return isSame(form.signature, model.signature) ? form.signature : perItem(form);
}

/**
 * Returns whether a query of one item that fits one of the models also fits the other. A batch that is still to be verified
 * does not count as a difference: until it is, and if it is not a batch, the model gets queries of one item.
 */
export const fits = (a: ModelForm, b: ModelForm): boolean =>
  isSame(a.signature, b.signature) || isSame(perItem(a), perItem(b));

/** Returns the newest version of each of the task's architectures. */
export function currentOf({ architectures }: Architectures, task: string): readonly Architecture[] {
  const current = new Map<string, Architecture>();
  for (const { value } of architectures.values())
    if (value.task === task && value.version > (current.get(value.name)?.version ?? 0)) current.set(value.name, value);
  return [...current.values()];
}

/** Returns the form of the task's models. Undefined if it never had any. */
function formOf(records: Architectures, { name, signature }: Task): ModelForm | undefined {
  if (signature === undefined) return undefined;
  const unbatched = currentOf(records, name).filter((one) => !one.signature.batched);
  const isOpen = unbatched.length > 0 && unbatched.every(({ fixedBatch }) => fixedBatch === 1);
  return { signature, fixedBatch: isOpen ? 1 : undefined };
}

/**
 * Returns the signature of one item. A leading dimension that is fixed at 1 is a batch of one, and so is a dynamic one
 * that is still to be verified.
 */
function perItem({ signature, fixedBatch }: ModelForm): Signature {
  const { inputs, outputs, batched } = signature;
  const isOne = (dim: number | undefined): boolean => dim === 1 || (dim === -1 && fixedBatch === 1);
  return !batched && [...inputs, ...outputs].every(({ dims }) => isOne(dims[0]))
    ? withLeadingBatch(signature)
    : signature;
}

const isSame = (a: Signature, b: Signature): boolean => describe(a) === describe(b);

function describe({ inputs, outputs, batched }: Signature): string {
  const list = (specs: Signature['inputs']): string =>
    specs
      .map(({ name, datatype, dims }) => `${name} ${datatype} [${dims.join(',')}]`)
      .toSorted()
      .join(', ');
  return `${list(inputs)} -> ${list(outputs)}${batched ? ', with a batch dimension' : ', without a batch dimension'}`;
}
