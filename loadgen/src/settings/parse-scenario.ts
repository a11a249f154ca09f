// Parses a scenario file: the settings as keys, and a list of queries.

import { dirname, isAbsolute, join } from 'node:path';
import { errorText, nearestName, ParetoError } from '@pareto/core';
import { parseDocument } from 'yaml';
import { positive, text, type Format } from './formats.js';
import {
  arrivalSettings,
  runSettings,
  serverSettings,
  targetSettings,
  type Given,
  type GivenArrivals,
  type GivenTarget,
} from './given-settings.js';

export interface Scenario {
  readonly file: string;
  readonly settings: Partial<Given>;
  /** The listed queries. Undefined if the file lists none. */
  readonly queries: readonly GivenQuery[] | undefined;
}

export type GivenQuery = Partial<GivenTarget & GivenArrivals & { readonly name: string; readonly weight: number }>;

type Formats<T> = { readonly [K in keyof Required<T>]: Format<Required<T>[K]> };

const formatsOf = <T extends object>(settings: {
  readonly [K in keyof T]: { readonly format: Format<T[K]> };
}): Formats<T> =>
  Object.fromEntries(
    Object.entries<{ readonly format: unknown }>(settings).map(([key, { format }]) => [key, format]),
  ) as Formats<T>;

const topFormats = {
  ...formatsOf(serverSettings),
  ...formatsOf(targetSettings),
  ...formatsOf(arrivalSettings),
  ...formatsOf(runSettings),
};
const queryFormats: Formats<GivenQuery> = {
  ...{ name: text, weight: positive },
  ...formatsOf(targetSettings),
  ...formatsOf(arrivalSettings),
};

/** Keys whose values are paths relative to the folder of the scenario file. */
const pathKeys: ReadonlySet<string> = new Set(['data', 'trace', 'ca', 'cert', 'key']);

/** Parses YAML, and thus also JSON. Throws `invalid-argument`, which names the file and the key. */
export function parseScenario(content: string, file: string): Scenario {
  const document = parseDocument(content);
  const [fault] = document.errors;
  if (fault !== undefined) throw new ParetoError('invalid-argument', `${file}: ${firstLine(fault.message)}`);
  const top: unknown = document.toJS();
  if (!isObject(top))
    throw new ParetoError('invalid-argument', `${file} contains no settings; expected keys such as rate`);
  const { queries, ...settings } = top;
  return {
    file,
    settings: readObject(settings, { formats: topFormats, file, path: '', others: ['queries'] }),
    queries: queries === undefined ? undefined : readQueries(queries, file),
  };
}

function readQueries(queries: unknown, file: string): readonly GivenQuery[] {
  if (!Array.isArray(queries) || queries.length === 0) {
    throw new ParetoError('invalid-argument', `${file}: queries: expected a list with at least one query`);
  }
  return queries.map((query: unknown, index) => {
    const path = `queries[${index}]`;
    if (!isObject(query)) throw new ParetoError('invalid-argument', `${file}: ${path}: expected keys such as target`);
    return readObject(query, { formats: queryFormats, file, path: `${path}.`, others: [] });
  });
}

interface ObjectForm<T> {
  readonly formats: Formats<T>;
  readonly file: string;
  /** Prefix of the names of keys in error messages. */
  readonly path: string;
  /** Keys of the object that another function reads, so that they are not unknown. */
  readonly others: readonly string[];
}

function readObject<T>(values: Readonly<Record<string, unknown>>, form: ObjectForm<T>): Partial<T> {
  const { formats, file, path, others } = form;
  const table = formats as Readonly<Record<string, Format<unknown>>>;
  const read = (key: string, value: unknown): unknown => {
    const format = Object.hasOwn(table, key) ? table[key] : undefined;
    if (format === undefined) throw unknownKey(`${file}: ${path}`, key, [...Object.keys(table), ...others]);
    try {
      const found = format(value);
      return pathKeys.has(key) ? besideFile(String(found), file) : found;
    } catch (error) {
      const problem = `${file}: ${path}${key}: ${errorText(error)}, received ${JSON.stringify(value)}`;
      throw new ParetoError('invalid-argument', problem, { cause: error });
    }
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, read(key, value)])) as Partial<T>;
}

function unknownKey(place: string, key: string, known: readonly string[]): ParetoError {
  const near = nearestName(key, known);
  const hint = near === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${near}?`;
  return new ParetoError('invalid-argument', `${place}${key} is unknown: ${hint}`);
}

const besideFile = (path: string, file: string): string => (isAbsolute(path) ? path : join(dirname(file), path));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/:$/, '');
