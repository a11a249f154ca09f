// Parses protobuf's text format, the format of `config.pbtxt`, into fields and values without a schema.

import { textError, tokenize, type SourcePosition, type Token } from './text-tokens.js';

export type TextValue =
  | { readonly kind: 'text'; readonly value: string; readonly at: SourcePosition }
  | { readonly kind: 'number'; readonly value: number; readonly at: SourcePosition }
  /** The value of an enum, `true` or `false`. */
  | { readonly kind: 'word'; readonly value: string; readonly at: SourcePosition }
  | { readonly kind: 'message'; readonly fields: readonly TextField[]; readonly at: SourcePosition };

/** An occurrence of a field. */
export interface TextField {
  readonly name: string;
  readonly at: SourcePosition;
  /** A single value, or the values of a list. */
  readonly values: readonly TextValue[];
}

const maxDepth = 64;
const closers: Readonly<Record<string, string>> = { '{': '}', '<': '>' };

/** Parses a file. Throws `invalid-argument` with the name `file`, line and column if the content is malformed. */
export function parseTextFormat(content: string, file: string): readonly TextField[] {
  const reader = createTokens(tokenize(content, file), file);
  return readFields(reader, undefined, 0);
}

interface Tokens {
  peek(): Token;
  take(): Token;
  /** Consumes the next token if it is one of these marks. Returns whether it did. */
  skip(...marks: readonly string[]): boolean;
  error(token: Token, expected: string): Error;
}

function createTokens(tokens: readonly Token[], file: string): Tokens {
  let next = 0;
  const end: Token = { kind: 'end', at: { line: 1, column: 1 } };
  const peek = (): Token => tokens[Math.min(next, tokens.length - 1)] ?? end;
  const take = (): Token => {
    const token = peek();
    next += 1;
    return token;
  };
  return {
    peek,
    take,
    skip(...marks) {
      const token = peek();
      const found = token.kind === 'mark' && marks.includes(token.value);
      if (found) next += 1;
      return found;
    },
    error: (token, expected) => textError(file, token.at, `${described(token)}: expected ${expected}`),
  };
}

function described(token: Token): string {
  if (token.kind === 'end') return 'the file ends here';
  if (token.kind === 'text') return `found the string ${JSON.stringify(token.value.toString('utf8').slice(0, 40))}`;
  return `found ${token.value}`;
}

/** Reads the fields of a message. `opened` is its opening mark, or undefined for the file itself. */
function readFields(tokens: Tokens, opened: Token | undefined, depth: number): readonly TextField[] {
  const closer = opened?.kind === 'mark' ? closers[opened.value] : undefined;
  const fields: TextField[] = [];
  for (;;) {
    const token = tokens.peek();
    if (closer !== undefined && tokens.skip(closer)) return fields;
    if (token.kind === 'end' && closer === undefined) return fields;
    if (token.kind !== 'word') {
      const opening = opened === undefined ? '' : `, or ${closer ?? ''} for line ${opened.at.line}`;
      throw tokens.error(token, `a field's name${opening}`);
    }
    fields.push(readField(tokens, depth));
    tokens.skip(',', ';');
  }
}

function readField(tokens: Tokens, depth: number): TextField {
  const named = tokens.take();
  const name = named.kind === 'word' ? named.value : '';
  const hasColon = tokens.skip(':');
  const token = tokens.peek();
  const isMessage = token.kind === 'mark' && token.value in closers;
  const isList = token.kind === 'mark' && token.value === '[';
  if (!hasColon && !isMessage && !isList) throw tokens.error(token, `: or { after ${name}`);
  return { name, at: named.at, values: isList ? readList(tokens, depth) : [readValue(tokens, depth, name)] };
}

function readList(tokens: Tokens, depth: number): readonly TextValue[] {
  tokens.take();
  const values: TextValue[] = [];
  if (tokens.skip(']')) return values;
  for (;;) {
    values.push(readValue(tokens, depth, 'the list'));
    if (tokens.skip(']')) return values;
    if (!tokens.skip(',')) throw tokens.error(tokens.peek(), ', or ] in the list');
  }
}

function readValue(tokens: Tokens, depth: number, of: string): TextValue {
  const token = tokens.take();
  if (token.kind === 'text') return readTexts(tokens, token);
  if (token.kind === 'word' || token.kind === 'number') return token as TextValue;
  if (token.kind === 'mark' && token.value === '-') return readNegative(tokens, token);
  if (token.kind === 'mark' && token.value in closers) {
    if (depth >= maxDepth) throw tokens.error(token, `at most ${maxDepth} nested messages`);
    return { kind: 'message', fields: readFields(tokens, token, depth + 1), at: token.at };
  }
  throw tokens.error(token, `a value for ${of}`);
}

/** Concatenates strings that follow each other. */
function readTexts(tokens: Tokens, first: Extract<Token, { kind: 'text' }>): TextValue {
  const parts = [first.value];
  for (let next = tokens.peek(); next.kind === 'text'; next = tokens.peek()) {
    parts.push(next.value);
    tokens.take();
  }
  return { kind: 'text', value: Buffer.concat(parts).toString('utf8'), at: first.at };
}

function readNegative(tokens: Tokens, minus: Token): TextValue {
  const token = tokens.take();
  if (token.kind === 'number') return { kind: 'number', value: -token.value, at: minus.at };
  if (token.kind === 'word' && /^(inf|infinity|nan)$/i.test(token.value)) {
    return { kind: 'number', value: /^nan$/i.test(token.value) ? NaN : -Infinity, at: minus.at };
  }
  throw tokens.error(token, 'a number after -');
}
