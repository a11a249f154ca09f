// The start and the report of a benchmark.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compareWithBaseline,
  formatRun,
  judgeRow,
  readRun,
  startRun,
  writeRun,
  type Row,
  type RunContext,
} from '@pareto/testkit';
import { benchmarks, scriptOf, type BenchmarkName } from './benchmarks.js';
import { describeBaseline } from './report/describe-baseline.js';
import { findFaults } from './report/find-faults.js';
import { machineKind, observeMachine } from './report/machine-kind.js';
import { formatFlags, isWhole, parseOptions, type BenchmarkOptions } from './report/options.js';

export type { Row } from '@pareto/testkit';

/** Prints a line of progress to stderr. */
export const progress = (text: string): boolean => process.stderr.write(`${text}\n`);

interface MeasuredRun extends RunContext {
  readonly rows: readonly Row[];
}

interface StartedBenchmark extends BenchmarkOptions {
  /**
   * Prints the rows next to the baseline of this kind of machine, and writes the files of `--json` and `--save`. The
   * process fails if a row has no value, but not if a target is missed.
   */
  readonly report: (rows: readonly Row[]) => void;
}

/** Parses the command line. Exits if it is wrong, or if it asks for help. */
export function startBenchmark(name: BenchmarkName): StartedBenchmark {
  const options = readOptions(name);
  // An exit kills the processes that the benchmark has started, but the default for the signal does not.
  process.once('SIGTERM', () => process.exit(1));
  const endRun = startRun(name);
  return { ...options, report: (rows) => report(name, options, { ...endRun(), rows }) };
}

function report(name: BenchmarkName, options: BenchmarkOptions, { rows, ...context }: MeasuredRun): void {
  const kind = machineKind(observeMachine());
  const file = fileURLToPath(new URL(`baselines/${kind}/${name}.json`, import.meta.url));
  const baseline = readRun(file);
  const isQuick = options.quick === true;
  const run = {
    ...context,
    // A quick run is not judged.
    rows: rows.map((row) => compareWithBaseline(isQuick ? { ...row, noise: Infinity } : row, baseline?.rows ?? [])),
  };
  const saveCommand = `${commandOf(name)} -- --save`;
  const comparison = describeBaseline({ kind, saveCommand, baseline, rows: run.rows, isWhole: isWhole(options) });
  process.stdout.write(`${formatRun(run)}\n${comparison}\n`);
  if (options.json !== undefined) writeRun(options.json, run);
  const faults = findFaults(rows);
  for (const fault of faults) progress(fault);
  if (faults.length > 0) process.exitCode = 1;
  else if (options.save === true) {
    writeRun(file, { ...context, rows: rows.map(judgeRow) });
    progress(`saved as the baseline: ${relative('', file)}`);
  }
}

const commandOf = (name: BenchmarkName): string => `npm run ${scriptOf(name)}`;

function readOptions(name: BenchmarkName): BenchmarkOptions {
  const { measures, minutes, flags = [] } = benchmarks[name];
  const example = `${commandOf(name)} -- --json ${name}.json`;
  const help = `Measures ${measures}. Takes about ${minutes} min.\n\n${formatFlags(flags)}\n\nExample: ${example}\n`;
  try {
    const options = parseOptions(flags, process.argv.slice(2));
    if (options.help !== true) return options;
    process.stdout.write(help);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
