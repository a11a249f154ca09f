// Writes NumPy archives for tests.

import { zipSync } from 'fflate';

export interface NpyArray {
  /** Type in NumPy's notation, e.g. <f4. */
  readonly descr: string;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
  readonly fortranOrder?: boolean;
}

export function writeNpy({ descr, dims, data, fortranOrder = false }: NpyArray): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0] ?? 0},` : dims.join(', ');
  const order = fortranOrder ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  return Buffer.concat([prefix, Buffer.from(header, 'latin1'), data]);
}

export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])));
}

export const floats = (dims: readonly number[], values: readonly number[]): NpyArray => ({
  descr: '<f4',
  dims,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

export const longs = (dims: readonly number[], values: readonly number[]): NpyArray => ({
  descr: '<i8',
  dims,
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
