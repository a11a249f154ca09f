// Which models fit a task: the comparison of their inputs and outputs. Pure.

import {
  ParetoError,
  withLeadingBatch,
  type Architecture,
  type Signature,
  type Task,
  type TensorSpec,
} from '@pareto/core';
import { viewArchitectures } from './registry-view.js';
import type { RecordView } from '../storage/record-tables.js';

/** The fields of a model that determine whether it fits others. */
export type ModelForm = Pick<Architecture, 'signature' | 'fixedBatch'>;

type Architectures = Pick<RecordView, 'architectures' | 'names'>;

/** Throws `invalid-argument` unless the model fits the task, with the inputs and outputs that differ in both. */
export function checkSignature(records: Architectures, task: Task, model: ModelForm, name: string): void {
  const form = formOf(records, task);
  if (form === undefined || fits(form, model)) return;
  const differences = differencesOf(perItem(form), perItem(model));
  throw new ParetoError(
    'invalid-argument',
    `architecture ${name} does not fit task ${task.name}: ${differences.map(textOf).join('; ')}; ${adviceFor(differences, form, model)}`,
  );
}

/** Returns what to do about a model that does not fit. A larger fixed batch could not answer queries of one item. */
function adviceFor(differences: readonly Difference[], form: ModelForm, model: ModelForm): string {
  const { signature, fixedBatch = 0 } = model;
  if (fixedBatch > 1 && isSame(perItem(form), withLeadingBatch(signature))) return exportAdvice(signature, fixedBatch);
  const renamed = differences.map(({ task, model: own }) =>
    task !== undefined && task.type === own?.type ? `--map ${own.name}=${task.name}` : undefined,
  );
  return renamed.includes(undefined)
    ? 'export the model with the same inputs and outputs, or register it for another task'
    : `pass ${renamed.join(' ')} if they mean the same`;
}

/** Returns how exporters get a dynamic first dimension. */
function exportAdvice({ inputs, outputs }: Signature, fixedBatch: number): string {
  const axes = [...inputs, ...outputs].map(({ name }) => `${JSON.stringify(name)}: {0: "batch"}`).join(', ');
  const shapeOf = ({ name, dims }: TensorSpec): string =>
    `[${['None', ...dims.slice(1).map((dim) => (dim === -1 ? 'None' : dim))].join(', ')}] for ${name}`;
  return `export the model with a dynamic first dimension instead of ${fixedBatch}: torch.onnx.export(…, dynamic_axes={${axes}}), or pass skl2onnx the shape ${inputs.map(shapeOf).join(' and ')}`;
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

/** Returns the current version of each of the task's architectures. */
export const currentOf = (records: Architectures, task: string): readonly Architecture[] =>
  [...viewArchitectures(records).values()]
    .flatMap((versions) => versions.slice(-1))
    .filter((architecture) => architecture.task === task);

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

interface TypedTensor {
  readonly name: string;
  /** Type and dimensions, such as `FP32 [batch,30]`. */
  readonly type: string;
}

/** An input or output that differs between a task and a model. Undefined on the side that does not have it. */
interface Difference {
  readonly role: 'input' | 'output';
  readonly task: TypedTensor | undefined;
  readonly model: TypedTensor | undefined;
}

const isSame = (a: Signature, b: Signature): boolean => differencesOf(a, b).length === 0;

/** Returns the inputs and outputs that differ. One without a counterpart of its name is next to one of its type. */
const differencesOf = (task: Signature, model: Signature): readonly Difference[] => [
  ...differencesIn('input', typed(task.inputs, task), typed(model.inputs, model)),
  ...differencesIn('output', typed(task.outputs, task), typed(model.outputs, model)),
];

function differencesIn(
  role: Difference['role'],
  ofTask: readonly TypedTensor[],
  ofModel: readonly TypedTensor[],
): readonly Difference[] {
  const rest = ofModel.filter(({ name }) => ofTask.every((one) => one.name !== name));
  const takeAlike = ({ type }: TypedTensor): TypedTensor | undefined => {
    const at = rest.findIndex((one) => one.type === type);
    return at < 0 ? undefined : rest.splice(at, 1)[0];
  };
  const pairs = ofTask.map((task) => {
    const model = ofModel.find(({ name }) => name === task.name) ?? takeAlike(task);
    return { role, task, model };
  });
  return [
    ...pairs.filter(({ task, model }) => task.name !== model?.name || task.type !== model.type),
    ...rest.map((model) => ({ role, task: undefined, model })),
  ];
}

const typed = (specs: readonly TensorSpec[], { batched }: Signature): readonly TypedTensor[] =>
  specs.map(({ name, datatype, dims }) => {
    const shown = dims.map((dim) => (dim === -1 ? 'any' : String(dim)));
    return { name, type: `${datatype} [${(batched ? ['batch', ...shown] : shown).join()}]` };
  });

function textOf({ role, task, model }: Difference): string {
  const text = (one: TypedTensor): string => `${JSON.stringify(one.name)} ${one.type}`;
  if (task === undefined) return model === undefined ? role : `${role} ${text(model)} only in the model`;
  if (model === undefined) return `${role} ${text(task)} only in the task`;
  return `${role} ${text(task)} in the task, ${text(model)} in the model`;
}
