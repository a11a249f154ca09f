// The kinds of flags, and the type of the configuration that a table of flags defines. A table is a plain object `as const`:
// its keys are the fields of the configuration, and each entry defines everything else about the flag.

import type { LimitName } from '@pareto/protocol';
import * as z from 'zod';
import { formats, type FlagFormat } from './formats.js';

interface Described {
  /** Text of `--help` and of the reference. */
  readonly help: string;
  /** Makes the service refuse to start without the flag. Other flags without a default may be undefined. */
  readonly required?: true;
  /** Set if the flag of an earlier release has no effect. It is accepted, and not shown. */
  readonly isIgnored?: true;
  /** The limit that the flag sets. */
  readonly limit?: LimitName;
}

interface TextFlag extends Described {
  readonly kind: 'text';
  readonly format?: FlagFormat;
  readonly default?: string;
  /** Keeps the value out of logs. */
  readonly secret?: true;
}

/** The URL of a service, to which paths are appended. */
interface UrlFlag extends Described {
  readonly kind: 'url';
}

interface NumberFlag extends Described {
  readonly kind: 'integer' | 'number';
  readonly min: number;
  readonly max?: number;
  /** A function if another module defines the default, whose type a declaration file could not infer. */
  readonly default?: number | (() => number);
  /** Words accepted in place of a number, with their values. */
  readonly words?: Readonly<Record<string, number>>;
}

interface BooleanFlag extends Described {
  readonly kind: 'boolean';
  readonly default: boolean;
}

interface ChoiceFlag extends Described {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

interface ListFlag extends Described {
  readonly kind: 'list';
  /** Format of each item. */
  readonly format?: FlagFormat;
  readonly minItems: number;
  readonly default?: readonly string[];
}

export type FlagEntry = TextFlag | UrlFlag | NumberFlag | BooleanFlag | ChoiceFlag | ListFlag;

export type FlagTable = Readonly<Record<string, FlagEntry>>;

type ValueOf<E> = E extends { readonly kind: 'integer' | 'number' }
  ? number
  : E extends { readonly kind: 'boolean' }
    ? boolean
    : E extends { readonly kind: 'list' }
      ? readonly string[]
      : E extends { readonly choices: readonly (infer C)[] }
        ? C
        : string;

type PresentKey<T> = {
  [K in keyof T]: T[K] extends { readonly default: unknown } | { readonly required: true } ? K : never;
}[keyof T];

/** Configuration that a table of flags defines: a field per flag. */
export type FlagValues<T> = { readonly [K in PresentKey<T>]: ValueOf<T[K]> } & {
  readonly [K in Exclude<keyof T, PresentKey<T>>]?: ValueOf<T[K]> | undefined;
};

/** Returns the default of a flag. Undefined if it has none. */
export function defaultOf(entry: FlagEntry): string | number | boolean | readonly string[] | undefined {
  if (!('default' in entry)) return undefined;
  return typeof entry.default === 'function' ? entry.default() : entry.default;
}

/** Returns the schema of a table's values. */
export const tableSchema = (table: FlagTable): z.ZodObject =>
  z.object(Object.fromEntries(Object.entries(table).map(([key, entry]) => [key, fieldSchema(entry)])));

function fieldSchema(entry: FlagEntry): z.ZodType {
  const schema = valueSchema(entry);
  const value = defaultOf(entry);
  if (value !== undefined) return schema.default(value);
  return entry.required === true ? schema : schema.optional();
}

function valueSchema(entry: FlagEntry): z.ZodType {
  switch (entry.kind) {
    case 'text':
      return textSchema(entry.format);
    case 'url':
      return z.string().refine(isServiceUrl, 'expected http://host:port or https://host:port, without a query');
    case 'integer':
    case 'number':
      return numberSchema(entry);
    case 'boolean':
      return z.boolean();
    case 'choice':
      return z.enum(entry.choices);
    case 'list':
      return z.array(textSchema(entry.format)).min(entry.minItems);
  }
}

const isServiceUrl = (text: string): boolean => /^https?:\/\/[^?#]+$/i.test(text) && URL.canParse(text);

function textSchema(format: FlagFormat | undefined): z.ZodString {
  if (format === undefined) return z.string().min(1);
  const { pattern, expected } = formats[format];
  return z.string().regex(pattern, expected);
}

function numberSchema({ kind, min, max = Infinity, words = {} }: NumberFlag): z.ZodType {
  const number = kind === 'integer' ? z.int().min(min) : z.number().min(min);
  const bounded = max === Infinity ? number : number.max(max);
  return z.preprocess((value) => (typeof value === 'string' ? (words[value] ?? value) : value), bounded);
}
