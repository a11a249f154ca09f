// The text of `--help`, made from a configuration's flags.

import { variableName, type Flag } from './flags.js';

interface Helped {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly flags: readonly Flag[];
}

const values = { string: 'TEXT', number: 'N', boolean: '', list: 'A,B', json: 'JSON' } as const;

export function formatHelp(definition: Helped): string {
  const rows = definition.flags.map((flag) => [usage(flag), explanation(flag)] as const);
  const width = Math.max(...rows.map(([left]) => left.length), '--help'.length);
  const lines = [...rows, ['--help', 'shows this'] as const].map(
    ([left, right]) => `  ${left.padEnd(width)}  ${right}`,
  );
  return [
    `${definition.name}: ${definition.summary}`,
    '',
    `Example:\n  ${definition.example}`,
    '',
    'Flags (each also as an environment variable, e.g. PARETO_LOG_LEVEL, or in the --config file; flags win):',
    ...lines,
    '',
  ].join('\n');
}

function usage(flag: Flag): string {
  const value = flag.choices.length > 0 ? flag.choices.join('|') : values[flag.kind];
  return `--${flag.name}${value === '' ? '' : ` ${value}`}`;
}

function explanation(flag: Flag): string {
  if (flag.required) return `${flag.description} (required, or ${variableName(flag)})`;
  const isBare = flag.default === undefined || flag.default === false || flag.secret;
  const value = isBare ? '' : defaultText(flag.default);
  return value === '' ? flag.description : `${flag.description} (${value})`;
}

const defaultText = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
