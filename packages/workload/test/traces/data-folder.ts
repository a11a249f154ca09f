// Finds the folder with the recorded traces, which are not part of the repository.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { traceFile, type RecordedTraceName } from '../../src/index.js';

const folder = resolve(process.env['PARETO_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data'));

/** Returns the text of a trace's file. Skips the test if the folder does not exist. */
export function readDataFile(test: Mocha.Context, name: RecordedTraceName): string {
  const file = join(folder, traceFile(name));
  if (existsSync(file)) return readFileSync(file, 'utf8');
  Object.assign(test.test ?? {}, { skipReason: 'the recorded traces are not in the folder PARETO_DATA' });
  test.skip();
}
