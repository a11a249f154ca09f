// Reads values of a scenario file by tables of their keys. Errors name the file, the line and the key.

import { dirname, isAbsolute, join } from 'node:path';
import { cutText, errorText, nearestName, ParetoError } from '@pareto/core';
import { oneOf, text, type Format } from './formats.js';
import type { Path, YamlFile } from './yaml-file.js';

/** The file of a field. Errors have no line if `lineOf` is omitted. */
type Source = Pick<YamlFile, 'file'> & Partial<Pick<YamlFile, 'lineOf'>>;

/** A value of a file, and the keys and indexes that lead to it. */
export interface Field {
  readonly source: Source;
  readonly path: Path;
  readonly value: unknown;
}

/** Reads a value. Throws `invalid-argument`, which names the place of the value. */
export type Reader<T> = (field: Field) => T;

interface Entry<T> {
  readonly read: Reader<T>;
}

interface NeededEntry<T> extends Entry<T> {
  /** Description of the value for the error if it is missing, with an example. */
  readonly expected: string;
}

/** A reader for each key. The value of a key that `T` needs must be present. */
export type Table<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Entry<Exclude<T[K], undefined>> : NeededEntry<T[K]>;
};

export const topOf = (source: Source & Pick<YamlFile, 'value'>): Field => ({ source, path: [], value: source.value });

/** Returns the part of a value that the keys and indexes lead to. */
export const fieldAt = (field: Field, ...path: Path): Field => ({
  source: field.source,
  path: [...field.path, ...path],
  value: path.reduce((value, key) => (value as Readonly<Record<string | number, unknown>>)[key], field.value),
});

/** Reads the value by a format. `example` is shown in the error. */
export const valueOf =
  <T>(format: Format<T>, example?: string): Reader<T> =>
  (field) => {
    try {
      return format(field.value);
    } catch (error) {
      const hint = example === undefined ? '' : `; for example ${example}`;
      throw invalidAt(field, `: ${errorText(error)}, received ${describe(field.value)}${hint}`, error);
    }
  };

/** Reads a path, which is relative to the folder of the file. */
export const pathBeside: Reader<string> = (field) => {
  const path = valueOf(text)(field);
  return isAbsolute(path) ? path : join(dirname(field.source.file), path);
};

export const optional = <T>(read: Reader<T>): Entry<T> => ({ read });

export const needed = <T>(read: Reader<T>, expected: string): NeededEntry<T> => ({ read, expected });

/** Reads an object by a table, in which all its keys must be. `expected` is shown in the error if the value is not an object. */
export const objectOf =
  <T extends object>(table: Table<T>, expected: string): Reader<T> =>
  (field) => {
    const value = objectIn(field, expected);
    const entries: Readonly<Record<string, Entry<unknown> | NeededEntry<unknown>>> = table;
    for (const key of Object.keys(value))
      if (!Object.hasOwn(entries, key)) throw unknownKey(fieldAt(field, key), entries);
    const pairs = Object.entries(entries).flatMap(([key, entry]) => {
      if (Object.hasOwn(value, key)) return [[key, entry.read(fieldAt(field, key))] as const];
      if (!('expected' in entry)) return [];
      throw invalidAt(fieldAt(field, key), ` is missing; expected ${entry.expected}`);
    });
    return Object.fromEntries(pairs) as T;
  };

/** Reads an object whose keys are names. */
export const mapOf =
  <T>(read: Reader<T>, expected: string): Reader<ReadonlyMap<string, T>> =>
  (field) =>
    new Map(Object.keys(objectIn(field, expected)).map((key) => [key, read(fieldAt(field, key))]));

/** Reads a list with at least one element. */
export const listOf =
  <T>(read: Reader<T>, expected: string): Reader<readonly T[]> =>
  (field) => {
    if (!Array.isArray(field.value) || field.value.length === 0) throw fieldError(field, `expected ${expected}`);
    return field.value.map((_element, index) => read(fieldAt(field, index)));
  };

/** Reads an object of one of several forms, which the value of a key selects. */
export const choiceOf =
  <T>(key: string, forms: Readonly<Record<string, Reader<T>>>): Reader<T> =>
  (field) => {
    const names = Object.keys(forms);
    const value = objectIn(field, `an object with the key ${key}`);
    if (!Object.hasOwn(value, key)) throw fieldError(field, `expected the key ${key}: ${names.join(', ')}`);
    const name = valueOf(oneOf(names))(fieldAt(field, key));
    return forms[name]?.(field) as T;
  };

/** Returns an error that names the place of the field. */
export const fieldError = (field: Field, problem: string): ParetoError => invalidAt(field, `: ${problem}`);

function objectIn(field: Field, expected: string): object {
  const { value } = field;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw fieldError(field, `expected ${expected}`);
}

function unknownKey(field: Field, known: object): ParetoError {
  const names = Object.keys(known);
  const near = nearestName(String(field.path.at(-1)), names);
  const hint = near === undefined ? `the keys are ${names.join(', ')}` : `did you mean ${near}?`;
  return invalidAt(field, ` is unknown: ${hint}`);
}

function invalidAt({ source, path }: Field, problem: string, cause?: unknown): ParetoError {
  const line = source.lineOf === undefined ? '' : `:${source.lineOf(path)}`;
  const name = path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`));
  const place = path.length === 0 ? '' : `: ${cutText(name.join(''))}`;
  return new ParetoError('invalid-argument', `${source.file}${line}${place}${problem}`, { cause });
}

const describe = (value: unknown): string =>
  typeof value === 'number' ? String(value) : cutText(JSON.stringify(value));
