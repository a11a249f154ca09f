// Rows with extreme values, next to which the outputs of other rows must not change.

import { elementCount, type DataType } from '@pareto/core';
import type { NeighbourKind } from '@pareto/policy';
import type { TensorInput } from '@pareto/runtime';
import type { RowInputs } from './row-tensors.js';

/** Returns the row that `kind` makes of a benign one. A kind that a type does not have, such as NaN, leaves its inputs as they are. */
export const adversarialRow = (row: RowInputs, kind: NeighbourKind): RowInputs =>
  row.map((input) => ({ ...input, data: [adversarialData(input, kind)] }));

/** Returns whether `kind` changes any input of the row. */
export const isChangedBy = (row: RowInputs, kind: NeighbourKind): boolean =>
  kind === 'same' || row.some(({ datatype }) => datatype === 'BYTES' || editOf(datatype, kind) !== undefined);

type Edit = (value: number) => number;

const edits: Readonly<Record<NeighbourKind, { readonly float?: Edit; readonly whole?: Edit }>> = {
  same: {},
  large: { float: (x) => 1e3 * x, whole: (x) => 1e3 * x },
  small: { float: (x) => 1e-3 * x },
  zero: { float: () => 0, whole: () => 0 },
  nan: { float: () => NaN },
  infinite: { float: () => Infinity },
  'negative-infinite': { float: () => -Infinity },
  greatest: { float: () => Number.MAX_VALUE, whole: () => Infinity },
  least: { float: () => -Number.MAX_VALUE, whole: () => -Infinity },
};

/** Greatest finite values of floats. */
const greatest: Readonly<Record<string, number>> = { FP64: Number.MAX_VALUE, FP32: 3.4028234663852886e38 };

/** Reads and writes the elements of a type, of which `max` and `min` are the extremes. */
interface Elements {
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly at: (view: DataView, offset: number) => number | bigint;
  readonly set: (view: DataView, offset: number, value: number | bigint) => void;
  readonly bytes: number;
}

const whole = (bits: 8 | 16 | 32, signed: boolean): Elements => {
  const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const type = `${signed ? 'Int' : 'Uint'}${bits}` as const;
  return {
    ...{ min, max, bytes: bits / 8 },
    at: (view, offset) => view[`get${type}`](offset, true),
    set: (view, offset, value) => view[`set${type}`](offset, Number(value), true),
  };
};
const long = (signed: boolean): Elements => ({
  ...(signed ? { min: -(2n ** 63n), max: 2n ** 63n - 1n } : { min: 0n, max: 2n ** 64n - 1n }),
  bytes: 8,
  at: (view, offset) => (signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true)),
  set: (view, offset, value) =>
    signed ? view.setBigInt64(offset, BigInt(value), true) : view.setBigUint64(offset, BigInt(value), true),
});

const wholeTypes: Readonly<Partial<Record<DataType, Elements>>> = {
  BOOL: { ...whole(8, false), max: 1 },
  UINT8: whole(8, false),
  UINT16: whole(16, false),
  UINT32: whole(32, false),
  UINT64: long(false),
  INT8: whole(8, true),
  INT16: whole(16, true),
  INT32: whole(32, true),
  INT64: long(true),
};

const editOf = (datatype: DataType, kind: NeighbourKind): Edit | undefined =>
  datatype.startsWith('FP') ? edits[kind].float : edits[kind].whole;

function adversarialData(input: TensorInput, kind: NeighbourKind): Uint8Array {
  const { datatype, data, shape } = input;
  const benign = Buffer.concat([...data]);
  if (datatype === 'BYTES') return kind === 'same' ? benign : texts(elementCount(shape), kind);
  const edit = editOf(datatype, kind);
  if (edit === undefined) return benign;
  if (datatype === 'FP16') return halves(benign, kind);
  const view = new DataView(benign.buffer, benign.byteOffset, benign.byteLength);
  const elements = wholeTypes[datatype];
  if (elements !== undefined) editWhole(view, elements, edit);
  else editFloats(view, datatype === 'FP64' ? 8 : 4, (value) => within(edit(value), greatest[datatype] ?? Infinity));
  return benign;
}

/** Keeps finite values finite. */
const within = (value: number, max: number): number =>
  Number.isFinite(value) ? Math.max(-max, Math.min(max, value)) : value;

function editFloats(view: DataView, width: 4 | 8, edit: Edit): void {
  for (let offset = 0; offset < view.byteLength; offset += width) {
    if (width === 4) view.setFloat32(offset, edit(view.getFloat32(offset, true)), true);
    else view.setFloat64(offset, edit(view.getFloat64(offset, true)), true);
  }
}

function editWhole(view: DataView, { min, max, at, set, bytes }: Elements, edit: Edit): void {
  for (let offset = 0; offset < view.byteLength; offset += bytes) {
    const value = edit(Number(at(view, offset)));
    set(view, offset, value <= Number(min) ? min : value >= Number(max) ? max : Math.trunc(value));
  }
}

/** Bits of half precision numbers that do not depend on the benign value. */
const halfBits: Readonly<Partial<Record<NeighbourKind, number>>> = {
  zero: 0,
  nan: 0x7e00,
  infinite: 0x7c00,
  'negative-infinite': 0xfc00,
  greatest: 0x7bff,
  least: 0xfbff,
};

/** Edits half precision numbers by their bits. Scaling changes the exponent by 10, which is a factor of 1,024. */
function halves(data: Buffer, kind: NeighbourKind): Uint8Array {
  for (let offset = 0; offset < data.length; offset += 2) {
    const bits = data.readUInt16LE(offset);
    data.writeUInt16LE(halfBits[kind] ?? scaledHalf(bits, kind === 'large' ? 10 : -10), offset);
  }
  return data;
}

function scaledHalf(bits: number, shift: number): number {
  const exponent = (bits >> 10) & 0x1f;
  if (exponent === 0x1f || (exponent === 0 && shift < 0)) return bits;
  const shifted = exponent + shift;
  if (shifted <= 0) return bits & 0x8000;
  return shifted >= 0x1f ? (bits & 0x8000) | 0x7bff : (bits & 0x83ff) | (shifted << 10);
}

const longText = 10_000;

/** Returns text elements: empty ones for `zero` and `small`, else long ones. */
function texts(count: number, kind: NeighbourKind): Uint8Array {
  const length = kind === 'zero' || kind === 'small' ? 0 : longText;
  const element = Buffer.alloc(4 + length, 'x');
  element.writeUInt32LE(length);
  return Buffer.concat(Array<Buffer>(count).fill(element));
}
