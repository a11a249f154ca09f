// Reads the elements of tensors as numbers.

import { fromHalf } from './half.js';
import type { Tensor } from './npy.js';

/** A tensor whose shape does not matter. */
type Elements = Pick<Tensor, 'datatype' | 'data'> & Partial<Tensor>;

/**
 * Returns the elements as numbers. 64-bit integers are exact up to 2^53, all others always. Throws for BYTES and BF16.
 */
export function toNumbers({ datatype, data }: Elements): ArrayLike<number> {
  const { buffer, byteOffset, byteLength } = aligned(data);
  switch (datatype) {
    case 'FP32':
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case 'FP64':
      return new Float64Array(buffer, byteOffset, byteLength / 8);
    case 'FP16':
      return Float64Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), fromHalf);
    case 'INT64':
    case 'UINT64':
      return wholeNumbers(new Int32Array(buffer, byteOffset, byteLength / 4), datatype === 'INT64');
    case 'INT32':
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    case 'UINT32':
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case 'INT16':
      return new Int16Array(buffer, byteOffset, byteLength / 2);
    case 'UINT16':
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 'INT8':
      return new Int8Array(buffer, byteOffset, byteLength);
    case 'UINT8':
    case 'BOOL':
      return new Uint8Array(buffer, byteOffset, byteLength);
    case 'BF16':
    case 'BYTES':
      throw new TypeError(`elements of type ${datatype} can't be read as numbers`);
  }
}

const aligned = (data: Uint8Array): Uint8Array => (data.byteOffset % 8 === 0 ? data : new Uint8Array(data));

/** Reads 64-bit integers from their 32-bit halves: BigInt is forty times slower. */
function wholeNumbers(halves: Int32Array, signed: boolean): Float64Array {
  return Float64Array.from({ length: halves.length / 2 }, (_, index) => {
    const high = halves[2 * index + 1] ?? 0;
    return (signed ? high : high >>> 0) * 2 ** 32 + ((halves[2 * index] ?? 0) >>> 0);
  });
}
