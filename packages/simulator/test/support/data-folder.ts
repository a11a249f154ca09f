// Finds the folder with the tables of others, which are not part of the repository.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readStandardFiles, type StandardFiles } from '../../src/index.js';

const folder = resolve(process.env['PARETO_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data'));

/** Reads the tables of the standard scenario. Skips a suite whose `before` or test calls it if the folder does not exist. */
export async function readTables(test: Mocha.Context): Promise<StandardFiles> {
  if (!existsSync(folder)) {
    Object.assign(test.test?.parent ?? {}, { skipReason: 'the tables are not in the folder PARETO_DATA' });
    test.skip();
  }
  return await readStandardFiles(folder);
}
