// The content of a scenario file: the settings as keys, and a list of queries.

import {
  invalid,
  listOf,
  objectOf,
  optional,
  pathBeside,
  positive,
  text,
  topOf,
  valueOf,
  type Table,
  type YamlFile,
} from '@pareto/scenario';
import {
  arrivalSettings,
  runSettings,
  serverSettings,
  targetSettings,
  type Given,
  type GivenArrivals,
  type GivenTarget,
  type Setting,
} from './given-settings.js';

export interface Scenario {
  readonly file: string;
  readonly settings: Partial<Given>;
  /** The listed queries. Undefined if the file lists none. */
  readonly queries: readonly GivenQuery[] | undefined;
}

export type GivenQuery = Partial<GivenTarget & GivenArrivals & { readonly name: string; readonly weight: number }>;

/** Keys whose values are paths relative to the folder of the scenario file. */
const pathKeys: ReadonlySet<string> = new Set(['data', 'trace', 'ca', 'cert', 'key']);

const tableOf = <T extends object>(settings: { readonly [K in keyof T]: Setting<T[K]> }): Table<Partial<T>> =>
  Object.fromEntries(
    Object.entries<Setting<unknown>>(settings).map(([key, { format }]) => [
      key,
      optional(pathKeys.has(key) ? pathBeside : valueOf(format)),
    ]),
  ) as Table<Partial<T>>;

const queryTable: Table<GivenQuery> = {
  ...{ name: optional(valueOf(text)), weight: optional(valueOf(positive)) },
  ...tableOf(targetSettings),
  ...tableOf(arrivalSettings),
};

const readTop = objectOf<Partial<Given> & { readonly queries?: readonly GivenQuery[] }>(
  {
    ...tableOf(serverSettings),
    ...tableOf(targetSettings),
    ...tableOf(arrivalSettings),
    ...tableOf(runSettings),
    queries: optional(listOf(objectOf(queryTable, 'keys such as target'), 'a list with at least one query')),
  },
  'keys such as rate',
);

/** Checks the content of a file. Throws `invalid-argument`, which names the file and the key. */
export function parseScenario({ file, value }: Pick<YamlFile, 'file' | 'value'>): Scenario {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${file} contains no settings; expected keys such as rate`);
  const { queries, ...settings } = readTop(topOf({ file, value }));
  return { file, settings, queries };
}
