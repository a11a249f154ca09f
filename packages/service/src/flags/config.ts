// The configuration of a service: one zod schema, flags over environment over file over default, parsed once, frozen.
// The only place that reads `process.env` and `process.argv`.

import { readFileSync } from 'node:fs';
import { ParetoError } from '@pareto/core';
import { z } from 'zod';
import { flagName, readArguments, readEnvironment, readFileValues, type Flag, type FlagKind } from './flags.js';
import { formatHelp } from './help.js';

type Shape = Readonly<Record<string, z.ZodType>>;

export interface ConfigDefinition<C> {
  /** Of the program, e.g. pareto-router. */
  readonly name: string;
  readonly summary: string;
  /** One line that works. */
  readonly example: string;
  readonly schema: z.ZodType<C>;
  readonly flags: readonly Flag[];
}

export type ConfigOf<D> = D extends ConfigDefinition<infer C> ? Readonly<C> : never;

export interface ConfigSources {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

/** The process's own command line and environment. */
export const processSources = (): ConfigSources => ({
  argv: process.argv.slice(2),
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
});

/** Keys are camelCase; the flag of `metricsPort` is `--metrics-port`. Each field's description is its help text. */
export function defineConfig<S extends Shape>(
  options: Pick<ConfigDefinition<unknown>, 'name' | 'summary' | 'example'> & { readonly fields: S },
): ConfigDefinition<z.output<z.ZodObject<S>>> {
  const { fields, ...rest } = options;
  const schema = z.object(fields);
  return { ...rest, schema, flags: describeFlags(schema) };
}

/** Marks a field whose value must never be shown. */
export const secret = <T extends z.ZodType>(field: T): T => field.meta({ ...field.meta(), secret: true });

export type Loaded<C> =
  { readonly kind: 'help'; readonly text: string } | { readonly kind: 'config'; readonly config: Readonly<C> };

/** Throws `invalid-argument` with one line that names the flag, what was expected and what came. */
export function loadConfig<C>(definition: ConfigDefinition<C>, sources: ConfigSources): Loaded<C> {
  const { flags, schema } = definition;
  if (sources.argv.includes('--help') || sources.argv.includes('-h'))
    return { kind: 'help', text: formatHelp(definition) };
  const given = { ...readEnvironment(flags, sources.env), ...readArguments(flags, sources.argv) };
  const file = 'config' in given ? String(given['config']) : undefined;
  const fromFile = file === undefined ? {} : readFileValues(flags, file, readOrRefuse(sources, file));
  const result = schema.safeParse({ ...fromFile, ...given });
  if (result.success) return { kind: 'config', config: deepFreeze(result.data) };
  throw new ParetoError('invalid-argument', result.error.issues.map((issue) => describeIssue(flags, issue)).join('; '));
}

const userOfUrl = /\/\/[^/\s]*@/;

/** What may be logged: every value, secrets blanked, also those in URLs. */
export function printableConfig<C extends object>(
  definition: ConfigDefinition<C>,
  config: Readonly<C>,
): Readonly<Record<string, unknown>> {
  const values = new Map<string, unknown>(Object.entries(config));
  const shown = (flag: Flag): unknown => {
    const value = values.get(flag.key);
    if (flag.secret && value !== undefined) return '***';
    return typeof value === 'string' ? value.replace(userOfUrl, '//***@') : value;
  };
  return Object.fromEntries(definition.flags.map((flag) => [flag.name, shown(flag)]));
}

function readOrRefuse(sources: ConfigSources, file: string): string {
  try {
    return sources.readFile(file);
  } catch (error) {
    throw new ParetoError('invalid-argument', `--config: cannot read ${file}: ${(error as Error).message}`);
  }
}

function describeIssue(flags: readonly Flag[], issue: z.core.$ZodIssue): string {
  const flag = flags.find(({ key }) => key === issue.path[0]);
  if (flag === undefined) return issue.message;
  if (flag.required && issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `--${flag.name} is required: ${flag.description}`;
  }
  return `--${[flag.name, ...issue.path.slice(1)].join('.')}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly secret?: boolean;
}

const kinds: Readonly<Record<string, FlagKind>> = {
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  array: 'list',
  object: 'json',
};

function describeFlags(schema: z.ZodObject): readonly Flag[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const required = new Set(json.required ?? []);
  return Object.entries((json.properties ?? {}) as Readonly<Record<string, Property>>).map(([key, property]) => ({
    key,
    name: flagName(key),
    kind: kinds[property.type ?? 'string'] ?? 'string',
    description: property.description ?? '',
    default: property.default,
    choices: property.enum ?? [],
    required: required.has(key),
    secret: property.secret === true,
  }));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
