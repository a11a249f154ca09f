// Parses inputs on the command line (`1,2,3`, JSON arrays or text) and fits them to the shape of the model's input.

import { elementCount, ParetoError, type DataType } from '@pareto/core';
import type { InputTensor } from './tensor-input.js';
import { encodeValues, type Value } from './encode-values.js';

/** An input from the model's metadata. A dimension of -1 is dynamic. */
export interface InputSpec {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
}

interface Written {
  readonly values: readonly Value[];
  /** Dimensions of nested arrays, or the length of a plain list. */
  readonly shape: readonly number[];
}

export function literalInput(spec: InputSpec, text: string): InputTensor {
  const written = readLiteral(spec, text);
  const shape = shapeFor(spec, written.shape);
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape: [...shape],
    contents: encodeValues(spec.name, spec.datatype, written.values),
  };
}

function readLiteral({ name, datatype }: InputSpec, text: string): Written {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return flatten(name, parseJson(name, trimmed));
  if (datatype === 'BYTES') return { values: [text], shape: [1] };
  const values = trimmed.split(',').map((part) => readValue(name, datatype, part.trim()));
  return { values, shape: [values.length] };
}

function readValue(name: string, datatype: DataType, text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true';
  const value = text === '' ? NaN : Number(text);
  if (!Number.isNaN(value) || text.toLowerCase() === 'nan') return value;
  throw new ParetoError(
    'invalid-argument',
    `input ${name}: ${JSON.stringify(text)} is not a value of ${datatype}: expected numbers such as 1,2,3, nested arrays such as [[1,2],[3,4]], or @file.npy`,
  );
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ParetoError(
      'invalid-argument',
      `input ${name}: ${text.slice(0, 40)} is not valid JSON: expected nested arrays such as [[1,2],[3,4]]`,
    );
  }
}

function flatten(name: string, value: unknown): Written {
  if (!Array.isArray(value)) return { values: [value as Value], shape: [] };
  const rows = value.map((each) => flatten(name, each));
  const [first] = rows;
  if (rows.some(({ shape }) => shape.join() !== first?.shape.join())) {
    throw new ParetoError('invalid-argument', `input ${name}: its rows have different lengths`);
  }
  return { values: rows.flatMap(({ values }) => values), shape: [rows.length, ...(first?.shape ?? [])] };
}

/** Returns the tensor's shape: as written, with a batch dimension of 1, or, for a plain list, any shape that fits. */
function shapeFor({ name, datatype, shape: wanted }: InputSpec, given: readonly number[]): readonly number[] {
  const fits = (shape: readonly number[]): boolean =>
    shape.length === wanted.length && shape.every((dim, i) => wanted[i] === -1 || wanted[i] === dim);
  const choices = [given, [1, ...given], ...(given.length === 1 ? spread(wanted, given[0] ?? 0) : [])];
  const found = choices.find(fits);
  if (found !== undefined) return found;
  throw new ParetoError(
    'invalid-argument',
    `input ${name}: the value has the shape [${given.join(', ')}], expected ${datatype}[${wanted.join(', ')}], where -1 is any size`,
  );
}

/** Returns the shape of a list of `count` values: the last dynamic dimension takes all, other dynamic ones are 1. */
function spread(wanted: readonly number[], count: number): readonly (readonly number[])[] {
  const dynamic = wanted.flatMap((dim, i) => (dim === -1 ? [i] : []));
  const fixed = elementCount(wanted.map((dim) => (dim === -1 ? 1 : dim)));
  if (dynamic.length === 0) return fixed === count ? [wanted] : [];
  if (fixed === 0 || count % fixed !== 0) return [];
  // With a dynamic batch and another dynamic dimension, the list is one item.
  const free = dynamic.at(-1) ?? 0;
  return [wanted.map((dim, i) => (dim !== -1 ? dim : i === free ? count / fixed : 1))];
}
