// Measurements of the tests, printed as a table at the end of the run, and written to a file with `--json=FILE`.

import { formatRows, writeRows, type Row } from '@pareto/testkit';

const rows: Row[] = [];

/** Records a measurement. Tests never assert times. */
export const found = (row: Row): number => rows.push(row);

const jsonFile = process.argv.find((argument) => argument.startsWith('--json='))?.slice('--json='.length);

after(() => {
  if (rows.length === 0) return;
  process.stdout.write(`\n${formatRows(rows)}\n\n`);
  if (jsonFile !== undefined) writeRows(jsonFile, rows);
});
