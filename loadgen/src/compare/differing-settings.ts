// Finds what makes a comparison of two runs unfair.

import type { LoadRun } from '../tally/load-run.js';

export interface SettingDifference {
  /** Path in the JSON of the settings, or `interrupted`, `machine` or `node`. */
  readonly name: string;
  /** Values of the runs. Empty if a run lacks the setting. */
  readonly a: string;
  readonly b: string;
}

/** Returns the differences between the runs in anything but the address of the server. */
export function differingSettings(a: LoadRun, b: LoadRun): readonly SettingDifference[] {
  const [valuesA, valuesB] = [settingsOf(a), settingsOf(b)];
  return [...new Set([...valuesA.keys(), ...valuesB.keys()])]
    .map((name) => ({ name, a: valuesA.get(name) ?? '', b: valuesB.get(name) ?? '' }))
    .filter((each) => each.a !== each.b);
}

function settingsOf({ settings, interrupted, machine, node }: LoadRun): ReadonlyMap<string, string> {
  const { address: _, ...load } = settings;
  return new Map(flatten({ ...load, interrupted, machine, node }, ''));
}

function flatten(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const pathOf = (key: string): string => (Array.isArray(value) ? `${path}[${key}]` : `${path}${path && '.'}${key}`);
  return Object.entries(value).flatMap(([key, each]) => flatten(each, pathOf(key)));
}
