// The configuration of a service, from one table of flags: parsed once (flags over environment over file over default) and
// frozen. This is the only place that reads `process.env` and `process.argv`.

import { readFileSync } from 'node:fs';
import { ParetoError } from '@pareto/core';
import type * as z from 'zod';
import { commonFlags, type CommonConfig } from './common-flags.js';
import { tableSchema, type FlagTable, type FlagValues } from './flag-table.js';
import { listFlags, readArguments, readEnvironment, readFileValues, type Flag } from './flags.js';
import { formatHelp } from './help.js';

export interface ConfigDefinition<C> {
  /** Name of the program, e.g. pareto-router. */
  readonly name: string;
  readonly summary: string;
  /** A command line that works. */
  readonly example: string;
  readonly schema: z.ZodType<C>;
  readonly flags: readonly Flag[];
}

export interface ConfigSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

/** Returns the command line and the environment of this process. */
export const processSources = (): ConfigSources => ({
  argv: process.argv.slice(2),
  // oxlint-disable-next-line no-restricted-properties -- the only place that reads it
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
});

interface ConfigOptions<T extends FlagTable> extends Pick<ConfigDefinition<unknown>, 'name' | 'summary' | 'example'> {
  /** Defaults of common flags for this service. */
  readonly defaults: { readonly port: number; readonly metricsPort: number } & Partial<
    Record<keyof CommonConfig, number>
  >;
  /** Flags of this service alone: every service has the common flags too. */
  readonly flags: T;
}

/** Returns the configuration of a service. */
export function defineConfig<const T extends FlagTable>(
  options: ConfigOptions<T>,
): ConfigDefinition<CommonConfig & FlagValues<T>> {
  const { defaults, flags, ...rest } = options;
  const common: FlagTable = commonFlags;
  const own = Object.entries(defaults).map(([key, value]) => [key, { ...common[key], default: value }]);
  const table: FlagTable = { ...common, ...(Object.fromEntries(own) as FlagTable), ...flags };
  // The types of the fields follow from the table (FlagValues), as the schema does.
  const schema = tableSchema(table) as z.ZodType as z.ZodType<CommonConfig & FlagValues<T>>;
  return { ...rest, schema, flags: listFlags(table) };
}

export type Loaded<C> =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'config'; readonly config: Readonly<C> };

/** Throws `invalid-argument` with one line that names the flag, the expected and the received value. */
export function loadConfig<C>(definition: ConfigDefinition<C>, sources: ConfigSources): Loaded<C> {
  const { flags, schema } = definition;
  if (sources.argv.includes('--help') || sources.argv.includes('-h'))
    return { kind: 'help', text: formatHelp(definition) };
  const given = { ...readEnvironment(flags, sources.env), ...readArguments(flags, sources.argv) };
  const file = 'config' in given ? String(given['config']) : undefined;
  const fromFile = file === undefined ? {} : readFileValues(flags, file, readConfigFile(sources, file));
  const result = schema.safeParse({ ...fromFile, ...given });
  if (result.success) return { kind: 'config', config: deepFreeze(result.data) };
  throw new ParetoError('invalid-argument', result.error.issues.map((issue) => describeIssue(flags, issue)).join('; '));
}

const userOfUrl = /\/\/[^/\s]*@/;

/** Returns all values for the log, with secrets blanked, including those in URLs. */
export function printableConfig<C extends object>(
  definition: ConfigDefinition<C>,
  config: Readonly<C>,
): Readonly<Record<string, unknown>> {
  const values = new Map<string, unknown>(Object.entries(config));
  const shown = (flag: Flag): unknown => {
    const value = values.get(flag.key);
    if ('secret' in flag.entry && value !== undefined) return '***';
    return typeof value === 'string' ? value.replace(userOfUrl, '//***@') : value;
  };
  return Object.fromEntries(definition.flags.map((flag) => [flag.name, shown(flag)]));
}

/** Returns the flags of earlier releases that were given. They have no effect. */
export function ignoredFlags<C extends object>({ flags }: ConfigDefinition<C>, config: Readonly<C>): readonly Flag[] {
  const values = new Map<string, unknown>(Object.entries(config));
  return flags.filter(({ key, entry }) => entry.isIgnored === true && values.get(key) !== undefined);
}

function readConfigFile(sources: ConfigSources, file: string): string {
  try {
    return sources.readFile(file);
  } catch (error) {
    throw new ParetoError('invalid-argument', `--config: cannot read ${file}: ${(error as Error).message}`);
  }
}

function describeIssue(flags: readonly Flag[], issue: z.core.$ZodIssue): string {
  const flag = flags.find(({ key }) => key === issue.path[0]);
  if (flag === undefined) return issue.message;
  if (flag.entry.required === true && issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `--${flag.name} is required: ${flag.entry.help}`;
  }
  return `--${[flag.name, ...issue.path.slice(1)].join('.')}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
