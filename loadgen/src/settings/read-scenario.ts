// Reads a scenario file.

import { readFile } from 'node:fs/promises';
import { invalid } from './formats.js';
import { parseScenario, type Scenario } from './parse-scenario.js';

/** Throws `invalid-argument`, which names the file, if it cannot be read or is invalid. */
export async function readScenario(file: string): Promise<Scenario> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid(`the scenario ${file} cannot be read: ${(error as Error).message}`);
  });
  return parseScenario(content, file);
}
