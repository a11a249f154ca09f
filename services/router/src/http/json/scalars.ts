// Reads strings, numbers and literals of JSON. NaN and infinities are numbers.

import { next, peek, quote, unexpected, type JsonCursor } from './cursor.js';

const backslash = 0x5c;
const minus = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const zero = 0x30;
const lowerE = 0x65;
const lowerF = 0x66;
const lowerN = 0x6e;
const lowerT = 0x74;
const lowerU = 0x75;
const upperE = 0x45;
const upperI = 0x49;
const upperN = 0x4e;

const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39;
const isHex = (byte: number): boolean =>
  isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
const escapes = new Set(Buffer.from('"\\/bfnrt'));

/** Returns whether a number begins with the byte. */
export const startsNumber = (byte: number): boolean =>
  isDigit(byte) || byte === minus || byte === upperN || byte === upperI;

export const startsLiteral = (byte: number): boolean => byte === lowerT || byte === lowerF || byte === lowerN;

/** Returns the bytes from `start` to the cursor as text. */
const textFrom = ({ bytes, at }: JsonCursor, start: number): string => bytes.toString('utf8', start, at);

/** Passes over a string, and returns whether it has escapes. */
export function passString(cursor: JsonCursor): boolean {
  if (next(cursor) !== quote) throw unexpected(cursor, 'a string');
  cursor.at++;
  passPlain(cursor);
  const hasEscapes = peek(cursor) === backslash;
  while (peek(cursor) === backslash) {
    passEscape(cursor);
    passPlain(cursor);
  }
  if (peek(cursor) !== quote) throw unexpected(cursor, 'the rest of a string');
  cursor.at++;
  return hasEscapes;
}

/** Passes over the characters that a string contains without an escape. */
function passPlain(cursor: JsonCursor): void {
  const { bytes } = cursor;
  let { at } = cursor;
  for (let byte = bytes[at] ?? -1; byte >= 0x20 && byte !== quote && byte !== backslash; byte = bytes[at] ?? -1) at++;
  cursor.at = at;
}

function passEscape(cursor: JsonCursor): void {
  cursor.at++;
  const isUnicode = peek(cursor) === lowerU;
  if (!isUnicode && !escapes.has(peek(cursor))) throw unexpected(cursor, 'an escape');
  cursor.at++;
  if (!isUnicode) return;
  for (const end = cursor.at + 4; cursor.at < end; cursor.at++) {
    if (!isHex(peek(cursor))) throw unexpected(cursor, 'a hexadecimal digit');
  }
}

export function readString(cursor: JsonCursor): string {
  next(cursor);
  const start = cursor.at;
  const hasEscapes = passString(cursor);
  return hasEscapes
    ? (JSON.parse(textFrom(cursor, start)) as string)
    : cursor.bytes.toString('utf8', start + 1, cursor.at - 1);
}

function passWord(cursor: JsonCursor, word: string): void {
  const { bytes, at } = cursor;
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) throw unexpected(cursor, 'a value');
  }
  cursor.at = at + word.length;
}

/** Reads `true`, `false` or `null`. */
export function readLiteral(cursor: JsonCursor): boolean | null {
  const byte = next(cursor);
  passWord(cursor, byte === lowerT ? 'true' : byte === lowerF ? 'false' : 'null');
  return byte === lowerT ? true : byte === lowerF ? false : null;
}

function passDigits(cursor: JsonCursor): void {
  const { bytes } = cursor;
  let { at } = cursor;
  while (isDigit(bytes[at] ?? -1)) at++;
  if (at === cursor.at) throw unexpected(cursor, 'a digit');
  cursor.at = at;
}

export function passNumber(cursor: JsonCursor): void {
  const first = next(cursor);
  if (first === upperN) return passWord(cursor, 'NaN');
  if (first === minus) cursor.at++;
  const digit = peek(cursor);
  if (digit === upperI) return passWord(cursor, 'Infinity');
  if (digit === zero) cursor.at++;
  else passDigits(cursor);
  if (peek(cursor) === dot) {
    cursor.at++;
    passDigits(cursor);
  }
  if (!isExponent(peek(cursor))) return;
  cursor.at++;
  if (peek(cursor) === plus || peek(cursor) === minus) cursor.at++;
  passDigits(cursor);
}

const isExponent = (byte: number): boolean => byte === lowerE || byte === upperE;

/** Number of digits up to which a double represents every integer exactly. */
const exactDigits = 15;
const exactPowers = Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent);

/** Returns the nearest double, like JSON.parse. */
export function readNumber(cursor: JsonCursor): number {
  next(cursor);
  const short = readShortNumber(cursor);
  if (short !== undefined) return short;
  const start = cursor.at;
  passNumber(cursor);
  return Number(cursor.bytes.toString('latin1', start, cursor.at));
}

/**
 * Reads a number that has few digits and no exponent. The quotient of two exact doubles is the nearest one. Returns
 * undefined, without a move of the cursor, for all others.
 */
function readShortNumber(cursor: JsonCursor): number | undefined {
  const { bytes } = cursor;
  const isNegative = bytes[cursor.at] === minus;
  const first = isNegative ? cursor.at + 1 : cursor.at;
  let at = first;
  let point = -1;
  let digits = 0;
  for (; ; at++) {
    const byte = bytes[at] ?? -1;
    if (isDigit(byte)) digits = digits * 10 + (byte - zero);
    else if (byte === dot && point < 0) point = at;
    else if (isExponent(byte)) return undefined;
    else break;
  }
  const end = point < 0 ? at : point;
  const hasLeadingZero = bytes[first] === zero && end > first + 1;
  if (end === first || hasLeadingZero || at === point + 1 || at - first > exactDigits) return undefined;
  cursor.at = at;
  const value = point < 0 ? digits : digits / (exactPowers[at - point - 1] ?? NaN);
  return isNegative ? -value : value;
}

/** Returns an integer exactly. Undefined if the number is not an integer. */
export function readInteger(cursor: JsonCursor): number | bigint | undefined {
  next(cursor);
  const start = cursor.at;
  const value = readNumber(cursor);
  if (Number.isSafeInteger(value)) return value;
  if (!Number.isInteger(value)) return undefined;
  const text = cursor.at - start > maxIntegerLength ? '' : textFrom(cursor, start);
  return /^-?\d+$/.test(text) ? BigInt(text) : BigInt(value);
}

/** Length of the longest 64-bit integer. */
const maxIntegerLength = 20;
