// Reads labels that are texts: the names of classes, or numbers.

import type { Metric, Signature } from '@pareto/core';
import { describeForm, type SampleForm } from '../metrics/quality-metric.js';
import { judgedOutput, takesClasses } from '../metrics/scorer.js';
import type { Tensor } from '../tensors/npy.js';
import { toNumbers } from '../tensors/numbers.js';
import { toTexts } from '../tensors/texts.js';
import { setError } from './set-error.js';
import { createElements } from './table-elements.js';

/** Names of the classes of each output, by index: the labels of the classification extension. */
export type ClassNames = Readonly<Record<string, readonly string[]>>;

/** Parses a file with a label in each line, without a byte order mark. A line break at the end of the text adds no label. */
export const labelLines = (text: string): readonly string[] => text.replace(/^\uFEFF|\r?\n$/g, '').split(/\r?\n/);

/**
 * Returns labels that can be compared with the judged output of a model. Names of classes become their indices, unless the
 * output has the names itself. Texts that are no names, and all numbers, become numbers. Throws `invalid-argument` for a
 * label that is not a class of the model.
 */
export function toComparable(
  labels: Tensor,
  signature: Pick<Signature, 'outputs'>,
  metric: Metric,
  names: ClassNames,
): Tensor {
  const resolved = labels.datatype === 'BYTES' ? resolveTexts(labels, signature, metric, names) : labels;
  if (resolved.datatype !== 'BYTES' && takesClasses(metric)) checkNumbers(resolved, signature, metric, names);
  return resolved;
}

const isWholeNumber = (name: string): boolean => /^-?\d{1,15}$/.test(name);

/** Throws `invalid-argument` for a number that the model never returns as class, if it has these numbers as names of scores. */
function checkNumbers(
  labels: Tensor,
  { outputs }: Pick<Signature, 'outputs'>,
  metric: Metric,
  names: ClassNames,
): void {
  const judged = outputs[judgedOutput(metric, outputs, labels)];
  const classes = Object.values(names).flat();
  if (judged?.datatype !== 'INT64' || Object.hasOwn(names, judged.name) || !classes.every(isWholeNumber)) return;
  const known = new Set(classes.map(Number));
  const values = Array.from(toNumbers(labels));
  const unknown = values.findIndex((value) => !known.has(value));
  if (known.size > 0 && unknown !== -1) throw unknownClass(String(values[unknown]), unknown, classes);
}

function resolveTexts(
  labels: Tensor,
  { outputs }: Pick<Signature, 'outputs'>,
  metric: Metric,
  names: ClassNames,
): Tensor {
  const judged = outputs[judgedOutput(metric, outputs, labels)];
  const isText = judged?.datatype === 'BYTES';
  const texts = toTexts(labels);
  if (!takesClasses(metric)) return isText || judged === undefined ? labels : numbersLike(judged, texts, labels.dims);
  const classes = isText ? Object.values(names).flat() : (new Map(Object.entries(names)).get(judged?.name ?? '') ?? []);
  if (classes.length === 0) return isText ? labels : (parseNumbers(texts, labels.dims) ?? labels);
  const indices = new Map(classes.map((name, index) => [name, index]));
  const unknown = texts.findIndex((text) => !indices.has(text));
  if (unknown === -1 && isText) return labels;
  if (unknown === -1) return integers(labels.dims, positionsOf(texts, classes, indices), (position) => position);
  const numbers = parseNumbers(texts, labels.dims);
  if (numbers !== undefined) return numbers;
  throw unknownClass(texts[unknown] ?? '', unknown, classes);
}

function unknownClass(label: string, index: number, classes: readonly string[]): Error {
  const known = classes.slice(0, maxShown).map((name) => JSON.stringify(name));
  const more = classes.length > maxShown ? `, and ${classes.length - maxShown} more` : '';
  return setError(
    `label ${JSON.stringify(label.slice(0, 100))} of sample ${index + 1} is not a class of the model, whose classes are ${known.join(', ')}${more}`,
  );
}

/** Returns the positions of the classes with these names. Throws `invalid-argument` for a name that several classes have. */
function positionsOf(
  texts: readonly string[],
  classes: readonly string[],
  indices: ReadonlyMap<string, number>,
): readonly number[] {
  const repeated = new Set(classes.filter((name, index) => indices.get(name) !== index));
  const ambiguous = texts.findIndex((text) => repeated.has(text));
  if (ambiguous === -1) return texts.map((text) => indices.get(text) ?? 0);
  throw setError(
    `label ${JSON.stringify(texts[ambiguous]?.slice(0, 100))} of sample ${ambiguous + 1} is the name of several classes: label with the positions of the classes`,
  );
}

/** Number of classes in an error. */
const maxShown = 10;

/** Returns the numbers of texts. Undefined if one is not a number. */
function parseNumbers(texts: readonly string[], dims: readonly number[]): Tensor | undefined {
  const elements = createElements('FP64');
  const areNumbers = texts.every((text) => text !== '' && elements.add(text));
  return areNumbers ? narrowed({ datatype: 'FP64', dims, data: elements.data() }) : undefined;
}

/** Returns fractions as integers if all of them are. */
export function narrowed(labels: Tensor): Tensor {
  const values = toNumbers(labels);
  return Array.from(values).every(Number.isSafeInteger) ? integers(labels.dims, values, (value) => value) : labels;
}

/** Returns the numbers of texts that are compared with an output of numbers. Throws `invalid-argument` for another text. */
function numbersLike(output: SampleForm, texts: readonly string[], dims: readonly number[]): Tensor {
  const numbers = parseNumbers(texts, dims);
  if (numbers !== undefined) return numbers;
  const wrong = texts.findIndex((text) => parseNumbers([text], [1]) === undefined);
  const sample = 1 + Math.floor((wrong * (dims[0] ?? 0)) / texts.length);
  throw setError(
    `label ${JSON.stringify(texts[wrong]?.slice(0, 100))} of sample ${sample} is not a number, but the model answers with ${describeForm(output)}`,
  );
}

function integers<T>(dims: readonly number[], values: ArrayLike<T>, numberOf: (value: T) => number): Tensor {
  const whole = BigInt64Array.from(Array.from(values), (value) => BigInt(numberOf(value)));
  return { datatype: 'INT64', dims, data: new Uint8Array(whole.buffer) };
}
