// The text of `--help`, which the reference in the documentation shows too.

import { defaultOf, type FlagEntry } from './flag-table.js';
import type { Flag } from './flags.js';

interface Program {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly flags: readonly Flag[];
}

export function formatHelp(definition: Program): string {
  const shown = definition.flags.filter(({ entry }) => entry.isIgnored !== true);
  const rows = shown.map((flag) => [usage(flag), explanation(flag)] as const);
  const width = Math.max(...rows.map(([left]) => left.length), '--help'.length);
  const lines = [...rows, ['--help', 'print this help'] as const].map(
    ([left, right]) => `  ${left.padEnd(width)}  ${right}`,
  );
  return [
    `${definition.name}: ${definition.summary}`,
    '',
    `Example:\n  ${definition.example}`,
    '',
    'Flags (each also works as an environment variable, e.g. PARETO_LOG_LEVEL, or as a key of the --config file; flags take precedence):',
    ...lines,
    '',
  ].join('\n');
}

function usage({ name, entry }: Flag): string {
  const value = valueText(entry);
  return `--${name}${value === '' ? '' : ` ${value}`}`;
}

function valueText(entry: FlagEntry): string {
  switch (entry.kind) {
    case 'text':
      return 'TEXT';
    case 'url':
      return 'URL';
    case 'integer':
    case 'number':
      return ['N', ...Object.keys(entry.words ?? {})].join('|');
    case 'boolean':
      return '';
    case 'choice':
      return entry.choices.join('|');
    case 'list':
      return 'A,B';
  }
}

function explanation({ entry, variable }: Flag): string {
  if (entry.required === true) return `${entry.help} (required, or ${variable})`;
  const value = defaultOf(entry);
  if (value === undefined || value === false) return entry.help;
  const text = String(value);
  return text === '' ? entry.help : `${entry.help} (${text})`;
}
