// Reads a command line, the environment and a file into plain values, by the flags that a schema has.

import { ParetoError } from '@pareto/core';

export type FlagKind = 'string' | 'number' | 'boolean' | 'list' | 'json';

export interface Flag {
  /** The schema's key: camelCase. */
  readonly key: string;
  /** On the command line and in the file: kebab-case. */
  readonly name: string;
  readonly kind: FlagKind;
  readonly description: string;
  readonly default: unknown;
  readonly choices: readonly string[];
  readonly required: boolean;
  readonly secret: boolean;
}

type Values = Readonly<Record<string, unknown>>;

export const flagName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
export const variableName = (flag: Flag): string => `PARETO_${flag.name.toUpperCase().replaceAll('-', '_')}`;

const refuse = (message: string): ParetoError => new ParetoError('invalid-argument', message);

/** `--name value`, `--name=value`, and `--name` alone for a boolean. */
export function readArguments(flags: readonly Flag[], argv: readonly string[]): Values {
  const values: Record<string, unknown> = {};
  for (let index = 0; index < argv.length; index++) {
    const [, name = '', inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[index] ?? '') ?? [];
    if (name === '') throw refuse(`unexpected argument ${JSON.stringify(argv[index])}: flags are written --name value`);
    const flag = findFlag(flags, name, '--');
    const next = argv[index + 1];
    const alone = inline === undefined && flag.kind === 'boolean' && next !== 'true' && next !== 'false';
    if (!alone && inline === undefined) index++;
    const text = alone ? 'true' : (inline ?? next);
    if (text === undefined) throw refuse(`--${flag.name} needs a value`);
    values[flag.key] = parseText(flag, text);
  }
  return values;
}

export function readEnvironment(flags: readonly Flag[], env: Readonly<Record<string, string | undefined>>): Values {
  const values: Record<string, unknown> = {};
  for (const flag of flags) {
    const text = env[variableName(flag)];
    if (text !== undefined && text !== '') values[flag.key] = parseText(flag, text);
  }
  return values;
}

/** A JSON object whose keys are the flags' names. */
export function readFileValues(flags: readonly Flag[], file: string, text: string): Values {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refuse(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw refuse(`${file} must hold a JSON object whose keys are flags, e.g. {"port": 8001}`);
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
  throw refuse(`unknown flag ${prefix}${name}: ${hint}`);
}

/** Text that doesn't fit the kind stays text, so that the schema says what was expected. */
function parseText(flag: Flag, text: string): unknown {
  switch (flag.kind) {
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'json':
      return parseJson(text);
    case 'string':
      return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function nearestName(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, name.length / 2) ? best.candidate : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
