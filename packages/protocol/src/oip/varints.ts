// Encodes and decodes arrays of varints, which are the contents of packed fields.

/** Returns the number of varints that end in the bytes from `from` to before `to`. */
export function countVarints(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) count += 1 - ((bytes[at] ?? 0) >>> 7);
  return count;
}

const maxVarintBytes = 10;

/** Returns whether every varint is 0 or 1, so that its encoding is one byte with the value. */
export function areBits(bytes: Uint8Array): boolean {
  let all = 0;
  const { length } = bytes;
  for (let at = 0; at < length; at++) all |= bytes[at] ?? 0;
  return all <= 1;
}

/** Returns the end of the varint that starts at `from`. Throws a RangeError if it is longer than 10 bytes. */
function endOf(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 128) at++;
  if (at - from < maxVarintBytes) return at + 1;
  throw new RangeError(`an element is longer than ${maxVarintBytes} bytes`);
}

/** Decodes the low 32 bits of `count` varints. */
export function readWords(bytes: Uint8Array, count: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(count);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const first = bytes[at] ?? 0;
    if (first < 128) {
      words[index] = first;
      at++;
      continue;
    }
    const second = bytes[at + 1] ?? 0;
    if (second < 128) {
      words[index] = (first & 127) | (second << 7);
      at += 2;
      continue;
    }
    const end = endOf(bytes, at);
    let word = 0;
    const last = Math.min(end, at + 5);
    for (let shift = 0, i = at; i < last; i++, shift += 7) word |= ((bytes[i] ?? 0) & 127) << shift;
    words[index] = word;
    at = end;
  }
  return words;
}

/** Decodes `count` varints to 64 bits each: the lower half, then the upper half. */
export function readHalves(bytes: Uint8Array, count: number): Int32Array<ArrayBuffer> {
  const halves = new Int32Array(2 * count);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const end = endOf(bytes, at);
    let low = 0;
    let high = 0;
    for (let shift = 0, i = at; i < end; i++, shift += 7) {
      const seven = (bytes[i] ?? 0) & 127;
      if (shift < 32) low |= seven << shift;
      if (shift === 28) high = seven >>> 4;
      else if (shift > 28) high |= seven << (shift - 32);
    }
    halves[2 * index] = low;
    halves[2 * index + 1] = high;
    at = end;
  }
  return halves;
}

/** Encodes 32-bit integers as varints. With `signed`, a negative one has ten bytes. */
export function writeWords(words: Int32Array, signed: boolean): Buffer {
  const out = Buffer.allocUnsafe(words.length * (signed ? maxVarintBytes : 5));
  let at = 0;
  const { length } = words;
  for (let index = 0; index < length; index++) {
    const word = words[index] ?? 0;
    if (word >= 0 && word < 128) out[at++] = word;
    else at = writeOne(out, at, word >>> 0, signed && word < 0 ? 0xffffffff : 0);
  }
  return out.subarray(0, at);
}

/** Encodes 64-bit integers, given as lower and upper halves, as varints. */
export function writeHalves(halves: Int32Array): Buffer {
  const out = Buffer.allocUnsafe((halves.length / 2) * maxVarintBytes);
  let at = 0;
  const { length } = halves;
  for (let i = 0; i < length; i += 2) {
    at = writeOne(out, at, (halves[i] ?? 0) >>> 0, (halves[i + 1] ?? 0) >>> 0);
  }
  return out.subarray(0, at);
}

function writeOne(out: Buffer, from: number, low: number, high: number): number {
  let at = from;
  while (high !== 0 || low > 127) {
    out[at++] = (low & 127) | 128;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  out[at++] = low;
  return at;
}
