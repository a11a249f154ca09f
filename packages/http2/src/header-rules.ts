// The rules for the header fields of requests, responses and trailers (RFC 9113, Sections 8.2 and 8.3).

import type { HeaderList } from './hpack/header-list.js';

export type HeaderKind = 'request' | 'response' | 'trailers';

interface Rules {
  /** Bit of `keptRules`. */
  readonly bit: number;
  readonly allowed: readonly string[];
  /** Number of the first of them that are required. */
  readonly required: number;
}

const rules: Readonly<Record<HeaderKind, Rules>> = {
  request: {
    bit: 1,
    allowed: [':method', ':scheme', ':path', ':authority'],
    required: 3,
  },
  response: { bit: 2, allowed: [':status'], required: 1 },
  trailers: { bit: 4, allowed: [], required: 0 },
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
  /** Bits of the pseudo-header fields by their position in `allowed`: those that there are, and those with a value. */
  let seen = 0;
  let filled = 0;
  let isConnect = false;
  let isPseudo = true;
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] ?? '';
    const value = fields[index + 1] ?? '';
    if (invalidValue.test(value)) return `the value of ${printable(name)} has an invalid character`;
    if (name.startsWith(':')) {
      if (!isPseudo) return `${printable(name)} follows other fields`;
      const at = allowed.indexOf(name);
      if (at < 0) return `${printable(name)} is not allowed here`;
      const bit = 1 << at;
      if ((seen & bit) !== 0) return `${name} is repeated`;
      if (name === ':status' && value !== '' && !/^[1-9][0-9][0-9]$/.test(value))
        return 'the status is not a number of 3 digits';
      isConnect ||= name === ':method' && value === 'CONNECT';
      seen |= bit;
      if (value !== '') filled |= bit;
      continue;
    }
    isPseudo = false;
    if (!validName.test(name)) return `the name ${printable(name)} has an invalid character`;
    if (connectionFields.has(name) || (name === 'te' && value !== 'trailers')) return `${name} is not allowed here`;
  }
  // CONNECT has an authority only.
  if (isConnect) return undefined;
  for (let at = 0; at < required; at++) if ((filled & (1 << at)) === 0) return `${allowed[at]} is missing`;
  return undefined;
}

const printable = (name: string): string => JSON.stringify(name.slice(0, 100));
