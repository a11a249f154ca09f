// A position in the bytes of a JSON text, and the tokens between values: white space, brackets, commas.

import { ParetoError } from '@pareto/core';

export interface JsonCursor {
  /** UTF-8. */
  readonly bytes: Buffer;
  /** Description of the text for errors, e.g. "the body". */
  readonly what: string;
  /** Position of the next byte to read. Only grows, so that every byte is read once. */
  at: number;
}

export const quote = 0x22;
export const openArray = 0x5b;
export const openObject = 0x7b;
const comma = 0x2c;
const colon = 0x3a;

/** Returns the bracket that closes an array or an object. */
const closerOf = (opener: number): number => opener + 2;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Returns the next byte. -1 at the end. */
export const peek = ({ bytes, at }: JsonCursor): number => bytes[at] ?? -1;

/** Passes over white space, and returns the next byte. -1 at the end. */
export function next(cursor: JsonCursor): number {
  let byte = peek(cursor);
  while (isSpace(byte)) {
    cursor.at++;
    byte = peek(cursor);
  }
  return byte;
}

export function unexpected({ bytes, what, at }: JsonCursor, expected: string): ParetoError {
  const received = at < bytes.length ? JSON.stringify(bytes.toString('utf8', at, at + 20)) : 'the end';
  return new ParetoError(
    'invalid-argument',
    `${what} is not JSON: expected ${expected} at byte ${at}, not ${received}`,
  );
}

function take(cursor: JsonCursor, byte: number): void {
  if (next(cursor) !== byte) throw unexpected(cursor, `'${String.fromCharCode(byte)}'`);
  cursor.at++;
}

/** Passes over the bracket that opens an array or object. Returns false, past its end, if it is empty. */
export function open(cursor: JsonCursor, opener: number): boolean {
  take(cursor, opener);
  if (next(cursor) !== closerOf(opener)) return true;
  cursor.at++;
  return false;
}

/** Passes over what follows an element: a comma, or the end of the array or object. Returns false at the end. */
export function more(cursor: JsonCursor, opener: number): boolean {
  const closer = closerOf(opener);
  const byte = next(cursor);
  if (byte !== comma && byte !== closer) throw unexpected(cursor, `',' or '${String.fromCharCode(closer)}'`);
  cursor.at++;
  return byte === comma;
}

export const passColon = (cursor: JsonCursor): void => take(cursor, colon);
