// Declares the flags of the settings.

import { errorText } from '@pareto/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { arrivalSettings, runSettings, serverSettings, targetSettings, type Setting } from './given-settings.js';

const { mix, duration, warmUp, inFlight, seed } = runSettings;
const { arrivals, rate, ...parameters } = arrivalSettings;

const groups: readonly (readonly [heading: string, settings: Readonly<Record<string, Setting<unknown>>>])[] = [
  ['Server:', { ...serverSettings }],
  ['Queries:', { ...targetSettings, mix }],
  ['Load:', { rate, duration, warmUp, inFlight, seed, arrivals, ...parameters }],
];

/** Adds the flags in groups. Their values are stored by the names of the settings. */
export function addSettingOptions(program: Command): void {
  for (const [heading, settings] of groups)
    for (const setting of Object.values(settings)) program.addOption(createOption(setting).helpGroup(heading));
}

function createOption({ flag, help, format }: Setting<unknown>): Option {
  const option = new Option(flag, help);
  if (!option.required) return option;
  return option.argParser((text: string, previous: unknown) => {
    try {
      const value = format(text);
      // A flag with a value for each name may be repeated.
      return typeof previous === 'object' && !Array.isArray(previous) ? { ...previous, ...(value as object) } : value;
    } catch (error) {
      throw new InvalidArgumentError(errorText(error));
    }
  });
}
