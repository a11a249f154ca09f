// Measurements of the tests, printed as a table at the end of the run, and written to a file with `--json=FILE`.

import { formatRun, judgeRow, startRun, writeRun, type Row } from '@pareto/testkit';

const rows: Row[] = [];
const endRun = startRun('tests');

/** Records a measurement. Tests never assert times. */
export const found = (row: Row): number => rows.push(row);

const jsonFile = process.argv.find((argument) => argument.startsWith('--json='))?.slice('--json='.length);

after(() => {
  if (rows.length === 0) return;
  const run = { ...endRun(), rows: rows.map(judgeRow) };
  process.stdout.write(`\n${formatRun(run)}\n\n`);
  if (jsonFile !== undefined) writeRun(jsonFile, run);
});
