// Parses the command line, the environment and the configuration file into plain values.

import { findMisspelledVariable, nearestName, ParetoError } from '@pareto/core';
import type { FlagEntry, FlagTable } from './flag-table.js';

/** An entry of a table of flags, with the names that follow from its key. */
export interface Flag {
  /** Field of the configuration, in camelCase. */
  readonly key: string;
  /** Name on the command line and in the file, in kebab-case. */
  readonly name: string;
  /** Environment variable. */
  readonly variable: string;
  readonly entry: FlagEntry;
}

type Values = Readonly<Record<string, unknown>>;

/** Returns the flags of a table, in its order. */
export const listFlags = (table: FlagTable): readonly Flag[] =>
  Object.entries(table).map(([key, entry]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return { key, name, variable: `PARETO_${name.toUpperCase().replaceAll('-', '_')}`, entry };
  });

const flagError = (message: string): ParetoError => new ParetoError('invalid-argument', message);

/** Parses `--name value`, `--name=value`, and `--name` alone for a boolean. */
export function readArguments(flags: readonly Flag[], argv: readonly string[]): Values {
  const values: Record<string, unknown> = {};
  for (let index = 0; index < argv.length; index++) {
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[index] ?? '') ?? [];
    if (name === '')
      throw flagError(`unexpected argument ${JSON.stringify(argv[index])}: flags are written --name value`);
    const flag = findFlag(flags, name, '--');
    const next = argv[index + 1];
    const isBare = inline === undefined && flag.entry.kind === 'boolean' && next !== 'true' && next !== 'false';
    if (!isBare && inline === undefined) index++;
    const text = isBare ? 'true' : (inline ?? next);
    if (text === undefined) throw flagError(`--${flag.name} needs a value`);
    values[flag.key] = parseText(flag.entry, text);
  }
  return values;
}

/** Throws `invalid-argument` for a variable that is a misspelling of a flag's. */
export function readEnvironment(flags: readonly Flag[], env: Readonly<Record<string, string | undefined>>): Values {
  const misspelled = findMisspelledVariable(
    env,
    flags.map(({ variable }) => variable),
  );
  if (misspelled !== undefined) throw flagError(misspelled);
  const values: Record<string, unknown> = {};
  for (const flag of flags) {
    const text = env[flag.variable];
    if (text !== undefined && text !== '') values[flag.key] = parseText(flag.entry, text);
  }
  return values;
}

/** Parses a JSON object whose keys are names of flags. */
export function readFileValues(flags: readonly Flag[], file: string, text: string): Values {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw flagError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw flagError(`${file} must contain a JSON object whose keys are flags, e.g. {"port": 8001}`);
  }
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [findFlag(flags, name, `${file}: `).key, value]),
  );
}

function findFlag(flags: readonly Flag[], name: string, prefix: string): Flag {
  const found = flags.find((flag) => flag.name === name);
  if (found !== undefined) return found;
  const nearest = nearestName(
    name,
    flags.map((flag) => flag.name),
  );
  const hint = nearest === undefined ? 'see --help' : `did you mean ${prefix === '--' ? '--' : ''}${nearest}?`;
  throw flagError(`unknown flag ${prefix}${name}: ${hint}`);
}

/** Returns text that does not fit the kind unchanged, so that the schema's error says what was expected. */
function parseText({ kind }: FlagEntry, text: string): unknown {
  switch (kind) {
    case 'integer':
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'text':
    case 'url':
    case 'choice':
      return text;
  }
}
