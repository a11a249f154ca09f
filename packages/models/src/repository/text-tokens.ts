// The tokens of protobuf's text format, each with its place: words, numbers, texts and marks. Comments and white space are left out.

import { ParetoError } from '@pareto/core';

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Token =
  | { readonly kind: 'word' | 'mark'; readonly value: string; readonly at: Place }
  | { readonly kind: 'text'; readonly value: Buffer; readonly at: Place }
  | { readonly kind: 'number'; readonly value: number; readonly at: Place }
  | { readonly kind: 'end'; readonly at: Place };

/** What is wrong with a file, and where. */
export const textError = (file: string, { line, column }: Place, why: string): ParetoError =>
  new ParetoError('invalid-argument', `${file}:${line}:${column}: ${why}`);

const space = /(?:[ \t\r\n\v\f]|#[^\n]*)+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)/y;
const marks = '{}<>[]:,;-/.';

/** The last token is the end. Throws `invalid-argument` for what is no token. */
export function tokenize(content: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  const placeOf = createPlaces(content);
  for (let offset = 0; ;) {
    offset += match(space, content, offset)?.length ?? 0;
    const at = placeOf(offset);
    if (offset >= content.length) return [...tokens, { kind: 'end', at }];
    const read = readToken(content, offset, at, (why, from = offset) => textError(file, placeOf(from), why));
    tokens.push(read.token);
    offset = read.end;
  }
}

type Refuse = (why: string, offset?: number) => ParetoError;

interface Read {
  readonly token: Token;
  readonly end: number;
}

function readToken(content: string, offset: number, at: Place, refuse: Refuse): Read {
  const first = content[offset] ?? '';
  if (first === '"' || first === "'") return readText(content, offset, at, refuse);
  const named = match(word, content, offset);
  if (named !== undefined) return { token: { kind: 'word', value: named, at }, end: offset + named.length };
  const digits = match(number, content, offset);
  if (digits !== undefined) return readNumber(content, offset, digits, at, refuse);
  if (marks.includes(first)) return { token: { kind: 'mark', value: first, at }, end: offset + 1 };
  const shown = JSON.stringify(String.fromCodePoint(content.codePointAt(offset) ?? 0));
  throw refuse(`${shown} can't stand here: expected a field's name, a value, or one of { } < > [ ] : , ;`);
}

function readNumber(content: string, offset: number, digits: string, at: Place, refuse: Refuse): Read {
  const end = offset + digits.length;
  const rest = match(/[A-Za-z0-9_.]+/y, content, end);
  if (rest !== undefined) throw refuse(`${digits}${rest} is not a number`);
  const isOctal = /^0\d+$/.test(digits);
  if (isOctal && /[89]/.test(digits)) throw refuse(`${digits} is not a number: after a leading 0 it is octal`);
  const isHex = /^0[xX]/.test(digits);
  const value = isOctal ? parseInt(digits, 8) : Number(isHex ? digits : digits.replace(/[fF]$/, ''));
  return { token: { kind: 'number', value, at }, end };
}

const simple: Readonly<Record<string, number>> = {
  ...{ n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11 },
  ...{ '\\': 92, "'": 39, '"': 34, '?': 63 },
};

/** Escapes are bytes, as protobuf has it: of `\xc3\xa9` comes one letter. */
function readText(content: string, start: number, at: Place, refuse: Refuse): Read {
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
    const { bytes, length } = readEscape(content, offset, refuse);
    parts.push(bytes);
    offset += length;
  }
  throw refuse(`this text does not end on its line: expected a ${quote === '"' ? 'double' : 'single'} quote`);
}

function readEscape(content: string, offset: number, refuse: Refuse): { bytes: Buffer; length: number } {
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
  throw refuse(
    `\\${after[0] ?? ''} is not an escape: expected one like \\n, \\", \\\\, \\101, \\x41 or \\u0041`,
    offset,
  );
}

function match(pattern: RegExp, content: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  const found = pattern.exec(content)?.[0];
  return found === '' ? undefined : found;
}

/** The place of an offset. */
function createPlaces(content: string): (offset: number) => Place {
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
