// Reads the fields of a configuration message with checks of their types, and lists the fields that were not read.

import type { TextField, TextValue } from './text-format.js';
import { textError, type SourcePosition } from './text-tokens.js';

export interface ConfigMessage {
  /** Position where the message begins. */
  readonly at: SourcePosition;
  /** Returns the position of a field, or of the message if the field is missing. */
  positionOf(name: string): SourcePosition;
  has(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** Returns an integer from `min` up to 2^53. */
  whole(name: string, min: number): number | undefined;
  wholes(name: string, min: number): readonly number[];
  /** Returns the value of an enum. */
  word(name: string): string | undefined;
  message(name: string): ConfigMessage | undefined;
  messages(name: string): readonly ConfigMessage[];
  /** Returns the fields that were not read. */
  others(): readonly TextField[];
  error(at: SourcePosition, why: string): Error;
}

/**
 * Creates a reader of a message. It throws `invalid-argument` with file, line and column for a value of the wrong type.
 */
export function createConfigMessage(fields: readonly TextField[], file: string, at: SourcePosition): ConfigMessage {
  const read = new Set<string>();
  const error = (position: SourcePosition, why: string): Error => textError(file, position, why);
  const valuesOf = (name: string): readonly TextValue[] => {
    read.add(name);
    return fields.filter((field) => field.name === name).flatMap(({ values }) => values);
  };
  const onlyOf = (name: string): TextValue | undefined => {
    const [first, second] = valuesOf(name);
    const mention = fields.find((field) => field.name === name);
    if (second !== undefined) throw error(second.at, `${name} is repeated: expected one value`);
    if (first === undefined && mention !== undefined) throw error(mention.at, `${name} has no value`);
    return first;
  };
  const typeError = (name: string, value: TextValue, expected: string): Error =>
    error(value.at, `${name} is ${describe(value)}: expected ${expected}`);

  function wholeOf(name: string, value: TextValue, min: number): number {
    if (value.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= min) return value.value;
    throw typeError(name, value, `a whole number from ${min}`);
  }
  function messageOf(name: string, value: TextValue): ConfigMessage {
    if (value.kind === 'message') return createConfigMessage(value.fields, file, value.at);
    throw typeError(name, value, `${name} { ... }`);
  }
  return {
    at,
    error,
    positionOf: (name) => fields.find((field) => field.name === name)?.at ?? at,
    has: (name) => fields.some((field) => field.name === name),
    text(name) {
      const value = onlyOf(name);
      if (value === undefined || value.kind === 'text') return value?.value;
      throw typeError(name, value, 'a string in quotes');
    },
    flag(name) {
      const value = onlyOf(name);
      if (value === undefined) return undefined;
      if (value.kind === 'word' && /^(true|t|True)$/.test(value.value)) return true;
      if (value.kind === 'word' && /^(false|f|False)$/.test(value.value)) return false;
      if (value.kind === 'number' && [0, 1].includes(value.value)) return value.value === 1;
      throw typeError(name, value, 'true or false');
    },
    whole(name, min) {
      const value = onlyOf(name);
      return value && wholeOf(name, value, min);
    },
    wholes: (name, min) => valuesOf(name).map((value) => wholeOf(name, value, min)),
    word(name) {
      const value = onlyOf(name);
      if (value === undefined || value.kind === 'word') return value?.value;
      throw typeError(name, value, 'a word without quotes');
    },
    message(name) {
      const value = onlyOf(name);
      return value && messageOf(name, value);
    },
    messages: (name) => valuesOf(name).map((value) => messageOf(name, value)),
    others: () => fields.filter(({ name }) => !read.has(name)),
  };
}

function describe(value: TextValue): string {
  if (value.kind === 'message') return 'a message';
  if (value.kind === 'text') return `the string ${JSON.stringify(value.value.slice(0, 40))}`;
  return String(value.value);
}
