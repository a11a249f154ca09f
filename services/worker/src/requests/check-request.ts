// Checks a query's tensors against a variant's signature, and returns them as inputs of the executor: views, not
// copies.

import {
  dynamicShapes,
  elementCount,
  isDataType,
  ParetoError,
  type DataType,
  type Shapes,
  type Signature,
  type TensorSpec,
  type VariantSpec,
} from '@pareto/core';
import {
  decodeTypedContents,
  expectedBytes,
  joinSlices,
  priorityOf,
  type ScannedTensor,
  type ScannedRequest,
} from '@pareto/protocol';
import type { TensorInput } from '@pareto/runtime';
import { checkOutputs, namesOf, checkNoSharedMemory, type OutputSelection } from './check-outputs.js';

/** A query that the variant can run. */
export interface CheckedQuery extends OutputSelection {
  readonly items: number;
  readonly bytes: number;
  /** Inputs in the order of the signature. */
  readonly inputs: readonly TensorInput[];
  /** Key that queries must have in common to share a batch. */
  readonly batchKey: string;
  /** Shapes of the inputs with dynamic dimensions, without the batch. Undefined if there are none. */
  readonly shapes: Shapes | undefined;
  /** Set if the inputs were sent as typed contents, so that the outputs are returned in the same form. */
  readonly typed: boolean;
  /** Priority of the request: 1 is the most urgent. Infinite if none was given. */
  readonly priority: number;
}

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}

/** Facts that queries with equal heads have in common for one variant. */
interface CheckedHead {
  /** A query without its data. */
  readonly query: CheckedQuery;
  /** Position of each input in the request, and its size. */
  readonly sources: readonly { readonly index: number; readonly bytes: number }[];
}

const checkedHeads = new WeakMap<VariantSpec, WeakMap<object, CheckedHead>>();

/**
 * Checks a query, or only the sizes of its inputs if the rest is equal to an earlier one. Throws `invalid-argument` with the
 * name of the tensor, and what was expected and received.
 */
export function checkRequest(request: ScannedRequest, spec: VariantSpec): CheckedQuery {
  const { head, raw } = request;
  if (head === undefined) return checkWhole(request, spec);
  let heads = checkedHeads.get(spec);
  if (heads === undefined) checkedHeads.set(spec, (heads = new WeakMap()));
  const known = heads.get(head);
  const repeated = known && repeatQuery(known, raw);
  if (repeated !== undefined) return repeated;
  const query = checkWhole(request, spec);
  // The elements of BYTES are checked in every query.
  const isKept = !query.typed && query.inputs.every(({ datatype }) => datatype !== 'BYTES');
  if (known === undefined && isKept) heads.set(head, checkedHeadOf(query, request));
  return query;
}

function checkedHeadOf(query: CheckedQuery, { inputs }: ScannedRequest): CheckedHead {
  const indexOf = (name: string): number => inputs.findIndex((input) => input.name === name);
  return {
    query: { ...query, inputs: query.inputs.map((input) => ({ ...input, data: [] })) },
    sources: query.inputs.map(({ name, data }) => ({ index: indexOf(name), bytes: lengthOf(data) })),
  };
}

/** Returns the query with other data. Undefined if that has other sizes. */
function repeatQuery({ query, sources }: CheckedHead, raw: ScannedRequest['raw']): CheckedQuery | undefined {
  if (raw.length !== sources.length) return undefined;
  for (const { index, bytes } of sources) if (lengthOf(raw[index] ?? []) !== bytes) return undefined;
  const inputs = query.inputs.map(({ name, datatype, shape }, at) => {
    return { name, datatype, shape, data: raw[sources[at]?.index ?? -1] ?? [] };
  });
  const { outputs, classes, items, bytes, batchKey, shapes, typed, priority } = query;
  return { outputs, classes, items, bytes, inputs, batchKey, shapes, typed, priority };
}

function checkWhole(request: ScannedRequest, { signature, maxBatchSize }: VariantSpec): CheckedQuery {
  checkNames(request, signature);
  const selection = checkOutputs(request.outputs, signature);
  const typed = request.raw.length === 0;
  const inputs = signature.inputs.map((spec) => checkInput(spec, request, signature.batched));
  const items = signature.batched ? batchOf(inputs, maxBatchSize) : 1;
  const shapes = dynamicShapes(signature, inputs);
  return {
    outputs: selection.outputs,
    classes: selection.classes,
    items,
    bytes: inputs.reduce((total, { data }) => total + lengthOf(data), 0),
    inputs,
    batchKey: `${selection.outputs.join()};${shapes === undefined ? '' : Object.values(shapes).flat().join()}`,
    shapes,
    typed,
    priority: priorityOf(request.parameters),
  };
}

function checkNames({ inputs, raw }: ScannedRequest, signature: Signature): void {
  const seen = new Set<string>();
  for (const { name, contents, parameters } of inputs) {
    const known = signature.inputs.some((spec) => spec.name === name);
    if (!known) throwInvalid(`input '${name}' is unknown; expected ${namesOf(signature.inputs)}`);
    if (seen.has(name)) throwInvalid(`input '${name}' is given twice; send each input once`);
    seen.add(name);
    checkNoSharedMemory(`input '${name}'`, parameters);
    if (contents !== undefined && raw.length > 0) {
      throwInvalid(`input '${name}' has typed contents in addition to raw_input_contents; send only one of the two`);
    }
  }
  if (raw.length > 0 && raw.length !== inputs.length) {
    throwInvalid(`expected ${inputs.length} raw_input_contents, one for each input, got ${raw.length}`);
  }
}

function checkInput(spec: TensorSpec, { inputs, raw }: ScannedRequest, batched: boolean): TensorInput {
  const index = inputs.findIndex(({ name }) => name === spec.name);
  const input =
    inputs[index] ??
    throwInvalid(`input '${spec.name}' is missing; expected ${spec.datatype} ${describeShape(spec, batched)}`);
  const { name, datatype, shape } = input;
  if (!isDataType(datatype) || datatype !== spec.datatype) {
    throwInvalid(`input '${name}': expected datatype ${spec.datatype}, got ${JSON.stringify(datatype)}`);
  }
  if (!fitsShape(shape, spec.dims, batched ? 1 : 0))
    throwInvalid(`input '${name}': expected shape ${describeShape(spec, batched)}, got [${shape.join()}]`);
  return { name, datatype, shape, data: contentsOf(input, datatype, raw[index]) };
}

/** Returns whether a shape has these dimensions after `leading` dynamic ones. */
function fitsShape(shape: readonly number[], dims: readonly number[], leading: 0 | 1): boolean {
  if (shape.length !== dims.length + leading) return false;
  for (let index = 0; index < shape.length; index++) {
    const expected = index < leading ? -1 : (dims[index - leading] ?? -1);
    const got = shape[index] ?? -1;
    if (expected === -1 ? got < 0 : got !== expected) return false;
  }
  return true;
}

function describeShape({ dims }: TensorSpec, batched: boolean): string {
  const shown = dims.map((dim) => (dim === -1 ? 'any' : String(dim)));
  return `[${(batched ? ['batch', ...shown] : shown).join()}]`;
}

type Slices = readonly Buffer[];

const lengthOf = (slices: readonly Uint8Array[]): number => slices.reduce((total, { length }) => total + length, 0);

function contentsOf({ name, shape, contents }: ScannedTensor, datatype: DataType, raw: Slices | undefined): Slices {
  const elements = elementCount(shape);
  if (raw === undefined && contents === undefined && elements > 0) {
    throwInvalid(
      `input '${name}' has no contents; expected ${elements} elements of ${datatype} as raw or typed contents`,
    );
  }
  const slices = raw ?? [decodeTypedContents(name, datatype, contents ?? Buffer.alloc(0), elements)];
  const expected = expectedBytes(datatype, shape);
  if (expected === undefined) {
    const strings = joinSlices(slices);
    checkStrings(name, strings, elements);
    return [strings];
  }
  const bytes = lengthOf(slices);
  if (bytes !== expected)
    throwInvalid(`input '${name}': expected ${expected} bytes for ${datatype} [${shape.join()}], got ${bytes}`);
  return slices;
}

/** Checks that BYTES contents have as many elements as the shape, each with a 4-byte length prefix. */
function checkStrings(name: string, raw: Buffer, elements: number): void {
  let offset = 0;
  let count = 0;
  while (offset + 4 <= raw.length && count < elements) {
    const end = offset + 4 + raw.readUInt32LE(offset);
    if (end > raw.length) {
      throwInvalid(
        `input '${name}': element ${count} has a length prefix of ${end - offset - 4} bytes, but only ${raw.length - offset - 4} bytes remain`,
      );
    }
    offset = end;
    count += 1;
  }
  if (count === elements && offset === raw.length) return;
  const got = count < elements ? String(count) : `${raw.length - offset} more bytes`;
  throwInvalid(`input '${name}': expected ${elements} BYTES elements, each with a 4-byte length prefix, got ${got}`);
}

function batchOf(inputs: readonly TensorInput[], maxBatchSize: number): number {
  const [first, ...others] = inputs;
  const items = first?.shape[0] ?? 1;
  for (const { name, shape } of others) {
    if (shape[0] !== items)
      throwInvalid(`input '${name}': expected a batch of ${items} as in '${first?.name}', got ${shape[0]}`);
  }
  if (items < 1) throwInvalid(`input '${first?.name}': expected a batch of at least 1, got ${items}`);
  if (maxBatchSize > 0 && items > maxBatchSize) {
    throwInvalid(
      `input '${first?.name}': expected a batch of at most ${maxBatchSize}, got ${items}; split the request, or register the model again with a larger --max-batch-size`,
    );
  }
  return items;
}
