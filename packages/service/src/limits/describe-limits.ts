// Describes all limits with their flags and defaults, for the reference.

import { formatBytes } from '@pareto/core';
import { defaultLimits, limitDescriptions, limitText, type LimitName } from '@pareto/protocol';
import { defaultOf } from '../flags/flag-table.js';
import type { Flag } from '../flags/flags.js';
import { parseSize } from '../flags/formats.js';

export interface DescribedLimit {
  /** Name in the metric and in the trailer. */
  readonly limit: string;
  readonly subject: string;
  /** Value, or default of each flag, with units and with the services that have another default. */
  readonly value: string;
  readonly flags: readonly string[];
  readonly effect: string;
  readonly advice: string;
  readonly isCounted: boolean;
}

/** Flags by service. */
type Flags = Readonly<Record<string, readonly Flag[]>>;

/**
 * Returns the rows of the table, in its order. Throws if a row names a flag that no service has, or if a flag and the row
 * of its limit do not name each other.
 */
export function describeLimits(services: Flags): readonly DescribedLimit[] {
  for (const { name, entry } of Object.values(services).flat()) {
    const isListed = entry.limit === undefined || limitDescriptions[entry.limit].flags?.includes(`--${name}`);
    if (isListed !== true) throw new Error(`the row of the limit ${entry.limit} does not name its flag --${name}`);
  }
  return Object.entries(limitDescriptions).map(([key, description]) => {
    const limit = key as LimitName;
    const { subject, unit, flags = [], effect, advice, isUncounted = false } = description;
    const value =
      limit in defaultLimits && flags.length === 0
        ? fixedText(defaultLimits[limit as keyof typeof defaultLimits], unit)
        : flags.map((name) => defaultsText(limit, name, services)).join(', ');
    return { limit: limitText(limit), subject, value, flags, effect, advice, isCounted: !isUncounted };
  });
}

const numberText = (count: number): string => count.toLocaleString('en');
const bytesText = (count: number): string => formatBytes(count).replace('.0 ', ' ');
const timeText = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);

function fixedText(value: number, unit: 'bytes' | 'ms' | undefined): string {
  if (unit === undefined) return numberText(value);
  return unit === 'bytes' ? bytesText(value) : timeText(value);
}

function defaultText({ key, entry }: Flag): string {
  const value = defaultOf(entry);
  if (typeof value === 'string') return bytesText(parseSize(value));
  const count = Number(value);
  if (key.endsWith('Mebibytes')) return bytesText(count * 2 ** 20);
  if (key.endsWith('Bytes')) return bytesText(count);
  return key.endsWith('Ms') ? timeText(count) : numberText(count);
}

/** Returns the most common default of a flag, and those of the services that have another one. */
function defaultsText(limit: LimitName, name: string, services: Flags): string {
  const found = Object.entries(services).flatMap(([service, flags]) =>
    flags.filter((flag) => `--${flag.name}` === name).map((flag) => ({ service, flag, text: defaultText(flag) })),
  );
  if (found.length === 0 || found.some(({ flag }) => flag.entry.limit !== limit))
    throw new Error(`no service has a flag ${name} with the limit ${limit}, which its row names`);
  const countOf = (text: string): number => found.filter((each) => each.text === text).length;
  const [common = ''] = found.map(({ text }) => text).toSorted((a, b) => countOf(b) - countOf(a));
  const others = found.filter(({ text }) => text !== common).map(({ service, text }) => `${service}: ${text}`);
  return others.length === 0 ? common : `${common} (${others.join(', ')})`;
}
