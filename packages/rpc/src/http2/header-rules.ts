// The rules for the header fields of requests, responses and trailers (RFC 9113, Sections 8.2 and 8.3).

import type { HeaderList } from './hpack/header-list.js';

export type HeaderKind = 'request' | 'response' | 'trailers';

interface Rules {
  /** Bit of `keptRules`. */
  readonly bit: number;
  readonly allowed: readonly string[];
  readonly required: readonly string[];
}

const rules: Readonly<Record<HeaderKind, Rules>> = {
  request: {
    bit: 1,
    allowed: [':method', ':scheme', ':path', ':authority'],
    required: [':method', ':scheme', ':path'],
  },
  response: { bit: 2, allowed: [':status'], required: [':status'] },
  trailers: { bit: 4, allowed: [], required: [] },
};

/** Fields of HTTP/1 connections. */
const connectionFields: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const validName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Matches line breaks, NUL, and white space at either end. */
const invalidValue = /[\0\r\n]|^[ \t]|[ \t]$/;

/** Returns what is wrong with the fields of a message. Undefined if nothing is. Lists that were checked before take no time. */
export function headerProblem(list: HeaderList, kind: HeaderKind): string | undefined {
  const { bit } = rules[kind];
  if ((list.keptRules & bit) !== 0) return undefined;
  const problem = findProblem(list, rules[kind]);
  if (problem === undefined) list.keptRules |= bit;
  return problem;
}

function findProblem({ fields }: HeaderList, { allowed, required }: Rules): string | undefined {
  const seen = new Map<string, string>();
  let isPseudo = true;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (invalidValue.test(value)) return `the value of ${printable(name)} has an invalid character`;
    if (name.startsWith(':')) {
      if (!isPseudo) return `${printable(name)} follows other fields`;
      if (!allowed.includes(name)) return `${printable(name)} is not allowed here`;
      if (seen.has(name)) return `${name} is repeated`;
      seen.set(name, value);
      continue;
    }
    isPseudo = false;
    if (!validName.test(name)) return `the name ${printable(name)} has an invalid character`;
    if (connectionFields.has(name) || (name === 'te' && value !== 'trailers')) return `${name} is not allowed here`;
  }
  // CONNECT has an authority only.
  if (seen.get(':method') === 'CONNECT') return undefined;
  const missing = required.find((name) => (seen.get(name) ?? '') === '');
  if (missing !== undefined) return `${missing} is missing`;
  const status = seen.get(':status');
  return status === undefined || /^[1-9][0-9][0-9]$/.test(status)
    ? undefined
    : 'the status is not a number of 3 digits';
}

const printable = (name: string): string => JSON.stringify(name.slice(0, 100));
