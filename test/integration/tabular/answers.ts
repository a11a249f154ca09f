// Answers of Python's ONNX Runtime to samples, and their comparison with those of a cluster.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { RawTensor } from '@pareto/protocol';
import { joinElements } from '@pareto/core';
import { run } from '../../support/python.js';

const script = fileURLToPath(new URL('answers.py', import.meta.url));

export type Cell = number | string;

export interface Values {
  readonly name: string;
  /** A cell or a row of cells for each sample. */
  readonly rows: readonly (Cell | readonly Cell[])[];
  /** Keys of the maps that the rows were. Undefined if they were a tensor. */
  readonly keys?: readonly string[];
}

/** Samples of a model, and the answers of Python's ONNX Runtime to them. */
export interface Answers {
  readonly inputs: readonly Values[];
  readonly outputs: readonly Values[];
}

/** A row of a table that is a validation set. */
interface Row {
  readonly label: string;
  /** Answer of the model in scikit-learn. */
  readonly predicted: string;
}

interface Expected {
  /** Answers of the models in each folder, by name. Models of the same name have the same samples. */
  readonly models: readonly Readonly<Record<string, Answers>>[];
  /** Rows of each table next to the first folder, by the name of its model. */
  readonly tables: Readonly<Record<string, readonly Row[]>>;
}

export async function readAnswers(python: string, folders: readonly string[]): Promise<Expected> {
  const { code, output } = await run(python, [script, ...folders]);
  assert.equal(code, 0, output);
  return JSON.parse(output) as Expected;
}

/** Returns the inputs of a query for some of the samples. */
export const inputsOf = ({ inputs }: Answers, samples: readonly number[]): readonly RawTensor[] =>
  inputs.map((values) => tensorOf(values, samples));

/**
 * Compares the outputs of a query for some of the samples. Texts and integers must be equal, and fractions differ by at most
 * 1e-5 or, above 1, by that share. Returns the first difference, or undefined if there is none.
 */
export function findDifference(
  found: readonly RawTensor[],
  { outputs }: Answers,
  samples: readonly number[],
): string | undefined {
  const names = (tensors: readonly { readonly name: string }[]): string => tensors.map(({ name }) => name).join(', ');
  if (names(found) !== names(outputs)) return `outputs ${names(found)}, expected ${names(outputs)}`;
  for (const [index, tensor] of found.entries()) {
    const expected = samples.flatMap((sample) => outputs[index]?.rows[sample] ?? []);
    const cells = cellsOf(tensor);
    if (cells.length !== expected.length)
      return `${cells.length} values in ${tensor.name}, expected ${expected.length}`;
    const at = cells.findIndex((cell, position) => !isSame(cell, expected[position], tensor.datatype));
    if (at >= 0) return `${cells[at]} in ${tensor.name} at ${at}, expected ${expected[at]}`;
  }
  return undefined;
}

const isSame = (cell: Cell, expected: Cell | undefined, datatype: RawTensor['datatype']): boolean =>
  datatype === 'FP32'
    ? Math.abs(Number(cell) - Number(expected)) <= 1e-5 * Math.max(1, Math.abs(Number(expected)))
    : cell === expected;

export function tensorOf({ name, rows }: Values, samples: readonly number[]): RawTensor {
  const cells = samples.flatMap((sample) => rows[sample] ?? []);
  const shape = [samples.length, cells.length / samples.length];
  if (typeof cells[0] === 'number')
    return { name, datatype: 'FP32', shape, raw: Buffer.from(Float32Array.from(cells, Number).buffer) };
  return { name, datatype: 'BYTES', shape, raw: joinElements(cells.map((cell) => Buffer.from(String(cell)))) };
}

export function cellsOf({ name, datatype, raw }: RawTensor): readonly Cell[] {
  const content = Buffer.from(raw);
  if (datatype === 'BYTES') return textsOf(content);
  if (datatype === 'FP32') return Array.from(new Float32Array(Uint8Array.from(content).buffer));
  assert.equal(datatype, 'INT64', name);
  return Array.from(new BigInt64Array(Uint8Array.from(content).buffer), Number);
}

export function textsOf(raw: Uint8Array): readonly string[] {
  const [content, texts]: [Buffer, string[]] = [Buffer.from(raw), []];
  for (let at = 0; at < content.length;) {
    const end = at + 4 + content.readUInt32LE(at);
    texts.push(content.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}
