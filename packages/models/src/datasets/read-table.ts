// Reads tables as the arrays of a validation set: columns become the inputs of a model, and labels.

import { cutText, elementCount, type Signature, type TensorSpec } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import { narrowed } from './class-labels.js';
import { openTable, type Cell, type Table, type TableFormat, type TableLimits } from './open-table.js';
import { setError } from './set-error.js';
import { createElements, type Elements, type Scalar } from './table-elements.js';

/** Limit of nested arrays in JSON lines. */
const maxRank = 32;

/**
 * Returns the arrays of the inputs and of `label`, as an NPZ file has them. Labels that are texts remain texts, as those of
 * CSV are. Throws `invalid-argument` for a value that does not fit, with its row and column.
 */
export async function readTable(
  file: string,
  format: TableFormat,
  signature: Signature,
  limits?: TableLimits,
): Promise<ReadonlyMap<string, Tensor>> {
  await using table = await openTable(file, format, limits);
  const { columns, rows } = table;
  const label = indexOf(columns, 'label', 'the label of each sample');
  const inputs = signature.inputs.map((spec) => createArray(spec, columns, signature));
  const arrays = [...inputs, createLabels(label)];
  let count = 0;
  for await (const row of rows) {
    count++;
    for (const array of arrays) array.add(row, count);
  }
  if (count === 0) throw setError('it has no rows');
  return new Map(arrays.map((array) => [array.name, array.take(count)]));
}

/** The values of an input or of the labels, which are collected row by row. */
interface TableArray {
  readonly name: string;
  add(row: readonly Cell[], number: number): void;
  /** Returns the values of all rows. */
  take(rows: number): Tensor;
}

/** Creates the array of an input from its column, or that of the only input from all columns other than the labels. */
function createArray(spec: TensorSpec, columns: Table['columns'], { inputs, batched }: Signature): TableArray {
  const { name, datatype } = spec;
  const dims = itemDims(spec, batched);
  const others = columns.flatMap((column, index) => (column === 'label' ? [] : index));
  const isWhole = !columns.includes(name) && inputs.length === 1 && dims.some((dim) => dim !== 1);
  if (isWhole) checkWidth(name, dims, columns);
  const from = isWhole ? others : [indexOf(columns, name, "the model's input")];
  const collector = createCollector(createElements(datatype));
  return {
    name,
    add(row, number) {
      if (!isWhole) return collector.add(row[from[0] ?? 0] ?? null, number, name);
      for (const index of from) collector.addScalar(row[index] ?? null, number, columns[index] ?? '');
    },
    take(rows) {
      const data = collector.data();
      if (isWhole) return { datatype, dims: [rows, ...filled(dims, from.length)], data };
      const own = collector.dims();
      if (own.length > 0) return { datatype, dims: [rows, ...own], data };
      if (elementCount(filled(dims, 1)) === 1) return { datatype, dims: [rows, ...filled(dims, 1)], data };
      const advice = inputs.length === 1 ? `pass a column for each of them, or ` : '';
      throw setError(
        `the input ${name} takes [${dims.join(', ')}] values per sample, and the column ${JSON.stringify(name)} has one value: ${advice}use arrays in JSON lines`,
      );
    },
  };
}

/** Returns the dimensions of one sample, without a first dimension that the set may omit. */
const itemDims = ({ dims }: TensorSpec, batched: boolean): readonly number[] =>
  !batched && (dims[0] === 1 || dims[0] === -1) ? dims.slice(1) : dims;

/** Returns the dimensions with dynamic ones set: the last one takes all elements that the others leave. */
function filled(dims: readonly number[], elements: number): readonly number[] {
  const last = dims.lastIndexOf(-1);
  const rest = dims.reduce((product, dim) => product * (dim === -1 ? 1 : dim), 1);
  return dims.map((dim, axis) => (dim !== -1 ? dim : axis === last ? elements / rest : 1));
}

function checkWidth(name: string, dims: readonly number[], columns: Table['columns']): void {
  const others = columns.filter((column) => column !== 'label');
  const found = others.length;
  const wanted = filled(dims, found);
  if (found > 0 && elementCount(wanted) === found && wanted.every(Number.isInteger)) return;
  throw setError(
    `the model's input ${name} takes [${dims.join(', ')}] values per sample, and the set has ${found} columns other than label (${listed(others)}): pass exactly those that the model was trained on, in their order; to_csv(index=False) leaves out the index`,
  );
}

function indexOf(columns: Table['columns'], name: string, what: string): number {
  const index = columns.indexOf(name);
  if (index !== -1) return index;
  const [only = '', ...more] = columns;
  const separator = more.length === 0 ? /[;\t|]/.exec(only)?.[0] : undefined;
  const advice =
    separator === undefined ? '' : `; the columns must be separated by commas, not by ${JSON.stringify(separator)}`;
  throw setError(`it has no column ${JSON.stringify(name)} for ${what} (it has ${listed(columns)})${advice}`);
}

const listed = (columns: Table['columns']): string => cutText(columns.map((name) => JSON.stringify(name)).join(', '));

/** Creates the array of the labels, whose type is that of the first one. */
function createLabels(index: number): TableArray {
  let collector: Collector | undefined;
  let isText = false;
  return {
    name: 'label',
    add(row, number) {
      const value = row[index] ?? null;
      if (value === null || value === '') throw valueError(number, 'label', 'is missing: remove such rows');
      if (collector === undefined) {
        isText = typeof firstScalar(value) === 'string';
        collector = createCollector(createElements(isText ? 'BYTES' : 'FP64'));
      }
      collector.add(value, number, 'label');
    },
    take(rows) {
      const [dims, data] = [[rows, ...(collector?.dims() ?? [])], collector?.data() ?? new Uint8Array(0)];
      return isText ? { datatype: 'BYTES', dims, data } : narrowed({ datatype: 'FP64', dims, data });
    },
  };
}

const firstScalar = (value: Cell): Scalar | undefined => {
  let first: Cell | undefined = value;
  while (Array.isArray(first)) first = (first as readonly Cell[])[0];
  return first as Scalar | undefined;
};

interface Collector {
  /** Appends the value of a row, which has the form of the rows before. */
  add(value: Cell, row: number, column: string): void;
  addScalar(value: Cell, row: number, column: string): void;
  /** Returns the dimensions of each value. */
  dims(): readonly number[];
  data(): Uint8Array;
}

function createCollector(elements: Elements): Collector {
  let expected: readonly number[] | undefined;

  function addScalar(value: Cell, row: number, column: string): void {
    if (isScalar(value) && elements.add(value)) return;
    const isMissing = value === null || value === '';
    const isObject = !isScalar(value) && !isArray(value);
    const advice = isObject ? "; df.to_json(path, orient='records', lines=True) writes one object per row" : '';
    throw valueError(row, column, `is ${isMissing ? 'missing' : shown(value)}, expected ${elements.expected}${advice}`);
  }

  function addAll(value: Cell, row: number, column: string, depth: number): readonly number[] {
    if (!isArray(value)) {
      addScalar(value, row, column);
      return scalar;
    }
    if (depth === maxRank) throw valueError(row, column, `has more than ${maxRank} nested arrays`);
    const parts = value.map((part) => addAll(part, row, column, depth + 1));
    const [first = scalar] = parts;
    if (parts.every((dims) => sameDims(dims, first))) return [parts.length, ...first];
    throw valueError(row, column, 'has arrays of different lengths: pad them');
  }

  return {
    addScalar,
    add(value, row, column) {
      const dims = addAll(value, row, column, 0);
      expected ??= dims;
      if (sameDims(dims, expected)) return;
      throw valueError(row, column, `has the shape [${dims.join(', ')}], and row 1 has [${expected.join(', ')}]`);
    },
    dims: () => expected ?? scalar,
    data: () => elements.data(),
  };
}

const scalar: readonly number[] = [];

/** Returns false for arrays, and for the objects that JSON lines may have too. */
const isScalar = (value: Cell): value is Scalar => value === null || typeof value !== 'object';

const isArray = (value: Cell): value is readonly Cell[] => Array.isArray(value);

const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((dim, axis) => dim === b[axis]));

function shown(value: Cell): string {
  if (typeof value === 'number') return String(value);
  if (isScalar(value)) return cutText(JSON.stringify(value), 60);
  return isArray(value) ? 'an array' : 'an object';
}

const valueError = (row: number, column: string, why: string): Error =>
  setError(`${JSON.stringify(cutText(column, 100))} in row ${row} ${why}`);
