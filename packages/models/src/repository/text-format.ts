// Reads protobuf's text format, as `config.pbtxt` is written in, into fields and values. What the fields mean is not known here.

import { textError, tokenize, type Place, type Token } from './text-tokens.js';

export type TextValue =
  | { readonly kind: 'text'; readonly value: string; readonly at: Place }
  | { readonly kind: 'number'; readonly value: number; readonly at: Place }
  /** An enum's value, true, false. */
  | { readonly kind: 'word'; readonly value: string; readonly at: Place }
  | { readonly kind: 'message'; readonly fields: readonly TextField[]; readonly at: Place };

/** One mention of a field. */
export interface TextField {
  readonly name: string;
  readonly at: Place;
  /** One, or those of a list. */
  readonly values: readonly TextValue[];
}

const deepest = 64;
const closers: Readonly<Record<string, string>> = { '{': '}', '<': '>' };

/** `file` is named in errors. Throws `invalid-argument`, with line and column, for what is not text format. */
export function parseTextFormat(content: string, file: string): readonly TextField[] {
  const reader = createTokens(tokenize(content, file), file);
  return readFields(reader, undefined, 0);
}

interface Tokens {
  peek(): Token;
  take(): Token;
  /** Takes the next token if it is that mark. */
  skip(...marks: readonly string[]): boolean;
  refuse(token: Token, expected: string): Error;
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
    refuse: (token, expected) => textError(file, token.at, `${described(token)}: expected ${expected}`),
  };
}

function described(token: Token): string {
  if (token.kind === 'end') return 'the file ends here';
  if (token.kind === 'text')
    return `there is the text ${JSON.stringify(token.value.toString('utf8').slice(0, 40))} here`;
  return `there is ${token.value} here`;
}

/** `opened` is the mark that the message began with; undefined: it is the file. */
function readFields(tokens: Tokens, opened: Token | undefined, depth: number): readonly TextField[] {
  const closer = opened?.kind === 'mark' ? closers[opened.value] : undefined;
  const fields: TextField[] = [];
  for (;;) {
    const token = tokens.peek();
    if (closer !== undefined && tokens.skip(closer)) return fields;
    if (token.kind === 'end' && closer === undefined) return fields;
    if (token.kind !== 'word') {
      const opening = opened === undefined ? '' : `, or ${closer ?? ''} for line ${opened.at.line}`;
      throw tokens.refuse(token, `a field's name${opening}`);
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
  if (!hasColon && !isMessage && !isList) throw tokens.refuse(token, `: or { after ${name}`);
  return { name, at: named.at, values: isList ? readList(tokens, depth) : [readValue(tokens, depth, name)] };
}

function readList(tokens: Tokens, depth: number): readonly TextValue[] {
  tokens.take();
  const values: TextValue[] = [];
  if (tokens.skip(']')) return values;
  for (;;) {
    values.push(readValue(tokens, depth, 'the list'));
    if (tokens.skip(']')) return values;
    if (!tokens.skip(',')) throw tokens.refuse(tokens.peek(), ', or ] in the list');
  }
}

function readValue(tokens: Tokens, depth: number, of: string): TextValue {
  const token = tokens.take();
  if (token.kind === 'text') return readTexts(tokens, token);
  if (token.kind === 'word' || token.kind === 'number') return token as TextValue;
  if (token.kind === 'mark' && token.value === '-') return readNegative(tokens, token);
  if (token.kind === 'mark' && token.value in closers) {
    if (depth >= deepest) throw tokens.refuse(token, `at most ${deepest} messages within each other`);
    return { kind: 'message', fields: readFields(tokens, token, depth + 1), at: token.at };
  }
  throw tokens.refuse(token, `a value for ${of}`);
}

/** Texts that follow each other are one. */
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
  throw tokens.refuse(token, 'a number after -');
}
