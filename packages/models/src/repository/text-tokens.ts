// Splits protobuf's text format into tokens with their positions: words, numbers, strings and marks. Comments and white
// space are skipped.

import { ParetoError } from '@pareto/core';

/** A position in a text. Lines and columns count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export type Token =
  | { readonly kind: 'word' | 'mark'; readonly value: string; readonly at: SourcePosition }
  | { readonly kind: 'text'; readonly value: Buffer; readonly at: SourcePosition }
  | { readonly kind: 'number'; readonly value: number; readonly at: SourcePosition }
  | { readonly kind: 'end'; readonly at: SourcePosition };

/** Creates the error for a position in a file. */
export const textError = (file: string, { line, column }: SourcePosition, why: string): ParetoError =>
  new ParetoError('invalid-argument', `${file}:${line}:${column}: ${why}`);

const space = /(?:[ \t\r\n\v\f]|#[^\n]*)+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)/y;
const marks = '{}<>[]:,;-/.';

/** Returns the tokens, the last of which is the end. Throws `invalid-argument` for a character that starts no token. */
export function tokenize(content: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  const positionOf = createPositions(content);
  for (let offset = 0; ;) {
    offset += match(space, content, offset)?.length ?? 0;
    const at = positionOf(offset);
    if (offset >= content.length) return [...tokens, { kind: 'end', at }];
    const read = readToken(content, offset, at, (why, from = offset) => textError(file, positionOf(from), why));
    tokens.push(read.token);
    offset = read.end;
  }
}

type ErrorAt = (why: string, offset?: number) => ParetoError;

interface Read {
  readonly token: Token;
  readonly end: number;
}

function readToken(content: string, offset: number, at: SourcePosition, errorAt: ErrorAt): Read {
  const first = content[offset] ?? '';
  if (first === '"' || first === "'") return readText(content, offset, at, errorAt);
  const named = match(word, content, offset);
  if (named !== undefined) return { token: { kind: 'word', value: named, at }, end: offset + named.length };
  const digits = match(number, content, offset);
  if (digits !== undefined) return readNumber(content, offset, digits, at, errorAt);
  if (marks.includes(first)) return { token: { kind: 'mark', value: first, at }, end: offset + 1 };
  const shown = JSON.stringify(String.fromCodePoint(content.codePointAt(offset) ?? 0));
  throw errorAt(`unexpected ${shown}: expected a field's name, a value, or one of { } < > [ ] : , ;`);
}

function readNumber(content: string, offset: number, digits: string, at: SourcePosition, errorAt: ErrorAt): Read {
  const end = offset + digits.length;
  const rest = match(/[A-Za-z0-9_.]+/y, content, end);
  if (rest !== undefined) throw errorAt(`${digits}${rest} is not a number`);
  const isOctal = /^0\d+$/.test(digits);
  if (isOctal && /[89]/.test(digits)) throw errorAt(`${digits} is not a number: after a leading 0 it is octal`);
  const isHex = /^0[xX]/.test(digits);
  const value = isOctal ? parseInt(digits, 8) : Number(isHex ? digits : digits.replace(/[fF]$/, ''));
  return { token: { kind: 'number', value, at }, end };
}

const simple: Readonly<Record<string, number>> = {
  ...{ n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11 },
  ...{ '\\': 92, "'": 39, '"': 34, '?': 63 },
};

/** Reads a string. As in protobuf, escapes are bytes: `\xc3\xa9` is one character. */
function readText(content: string, start: number, at: SourcePosition, errorAt: ErrorAt): Read {
  const quote = content[start];
  const parts: Buffer[] = [];
  for (let offset = start + 1; offset < content.length;) {
    const letter = String.fromCodePoint(content.codePointAt(offset) ?? 0);
    if (letter === quote) return { token: { kind: 'text', value: Buffer.concat(parts), at }, end: offset + 1 };
    if (letter === '\n') break;
    if (letter !== '\\') {
      parts.push(Buffer.from(letter));
      offset += letter.length;
      continue;
    }
    const { bytes, length } = readEscape(content, offset, errorAt);
    parts.push(bytes);
    offset += length;
  }
  throw errorAt(`this string does not end on its line: expected a ${quote === '"' ? 'double' : 'single'} quote`);
}

function readEscape(content: string, offset: number, errorAt: ErrorAt): { bytes: Buffer; length: number } {
  const after = content.slice(offset + 1, offset + 10);
  const plain = simple[after[0] ?? ''];
  if (plain !== undefined) return { bytes: Buffer.of(plain), length: 2 };
  const octal = /^[0-7]{1,3}/.exec(after)?.[0];
  if (octal !== undefined && parseInt(octal, 8) < 256) {
    return { bytes: Buffer.of(parseInt(octal, 8)), length: 1 + octal.length };
  }
  const hex = /^[xX]([0-9A-Fa-f]{1,2})/.exec(after);
  if (hex !== null) return { bytes: Buffer.of(parseInt(hex[1] ?? '', 16)), length: 1 + hex[0].length };
  const unicode = /^(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(after);
  const point = parseInt(unicode?.[1] ?? unicode?.[2] ?? '', 16);
  if (unicode !== null && point <= 0x10ffff) {
    return { bytes: Buffer.from(String.fromCodePoint(point)), length: 1 + unicode[0].length };
  }
  throw errorAt(
    `\\${after[0] ?? ''} is not an escape: expected one like \\n, \\", \\\\, \\101, \\x41 or \\u0041`,
    offset,
  );
}

function match(pattern: RegExp, content: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  const found = pattern.exec(content)?.[0];
  return found === '' ? undefined : found;
}

/** Returns a function from an offset to its position. */
function createPositions(content: string): (offset: number) => SourcePosition {
  const starts = [0];
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
