// Converts between numbers and the bits of half-precision numbers (IEEE 754 binary16).

export const maxHalf = 65504;

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** Rounds to the nearest half, ties to even. Values beyond the largest half become infinite. */
export function toHalf(value: number): number {
  floats[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65536 or more
  if (magnitude < 0x38800000) return sign | roundHalfEven(Math.abs(value) * 2 ** 24); // subnormal: steps of 2^-24
  const dropped = magnitude - 0x38000000; // rebias the exponent from 127 to 15
  return sign | ((dropped + 0xfff + ((dropped >>> 13) & 1)) >>> 13);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
