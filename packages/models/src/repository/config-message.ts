// A message of a configuration, asked field by field for what it should hold; what was never asked for can be told.

import type { TextField, TextValue } from './text-format.js';
import { textError, type Place } from './text-tokens.js';

export interface ConfigMessage {
  /** Where it begins. */
  readonly at: Place;
  /** Of a field that is there, else of the message. */
  placeOf(name: string): Place;
  has(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** From `least` up to 2^53. */
  whole(name: string, least: number): number | undefined;
  wholes(name: string, least: number): readonly number[];
  /** An enum's value. */
  word(name: string): string | undefined;
  message(name: string): ConfigMessage | undefined;
  messages(name: string): readonly ConfigMessage[];
  /** Fields that were not asked for. */
  others(): readonly TextField[];
  refuse(at: Place, why: string): Error;
}

/** What it refuses is told with the file, the line and the column, as `invalid-argument`. */
export function createConfigMessage(fields: readonly TextField[], file: string, at: Place): ConfigMessage {
  const asked = new Set<string>();
  const refuse = (place: Place, why: string): Error => textError(file, place, why);
  const valuesOf = (name: string): readonly TextValue[] => {
    asked.add(name);
    return fields.filter((field) => field.name === name).flatMap(({ values }) => values);
  };
  const onlyOf = (name: string): TextValue | undefined => {
    const [first, second] = valuesOf(name);
    const mention = fields.find((field) => field.name === name);
    if (second !== undefined) throw refuse(second.at, `${name} is here a second time: expected one value`);
    if (first === undefined && mention !== undefined) throw refuse(mention.at, `${name} has no value`);
    return first;
  };
  const wrong = (name: string, value: TextValue, expected: string): Error =>
    refuse(value.at, `${name} is ${told(value)}: expected ${expected}`);

  function wholeOf(name: string, value: TextValue, least: number): number {
    if (value.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= least) return value.value;
    throw wrong(name, value, `a whole number from ${least}`);
  }
  function messageOf(name: string, value: TextValue): ConfigMessage {
    if (value.kind === 'message') return createConfigMessage(value.fields, file, value.at);
    throw wrong(name, value, `${name} { ... }`);
  }
  return {
    at,
    refuse,
    placeOf: (name) => fields.find((field) => field.name === name)?.at ?? at,
    has: (name) => fields.some((field) => field.name === name),
    text(name) {
      const value = onlyOf(name);
      if (value === undefined || value.kind === 'text') return value?.value;
      throw wrong(name, value, 'a text in quotes');
    },
    flag(name) {
      const value = onlyOf(name);
      if (value === undefined) return undefined;
      if (value.kind === 'word' && /^(true|t|True)$/.test(value.value)) return true;
      if (value.kind === 'word' && /^(false|f|False)$/.test(value.value)) return false;
      if (value.kind === 'number' && [0, 1].includes(value.value)) return value.value === 1;
      throw wrong(name, value, 'true or false');
    },
    whole(name, least) {
      const value = onlyOf(name);
      return value && wholeOf(name, value, least);
    },
    wholes: (name, least) => valuesOf(name).map((value) => wholeOf(name, value, least)),
    word(name) {
      const value = onlyOf(name);
      if (value === undefined || value.kind === 'word') return value?.value;
      throw wrong(name, value, 'a word without quotes');
    },
    message(name) {
      const value = onlyOf(name);
      return value && messageOf(name, value);
    },
    messages: (name) => valuesOf(name).map((value) => messageOf(name, value)),
    others: () => fields.filter(({ name }) => !asked.has(name)),
  };
}

function told(value: TextValue): string {
  if (value.kind === 'message') return 'a message';
  if (value.kind === 'text') return `the text ${JSON.stringify(value.value.slice(0, 40))}`;
  return String(value.value);
}
