// The command line of `npm run bench:all`.

import { parseArgs } from 'node:util';
import { formatTable, type Column } from '@pareto/report';
import { benchmarks, type Benchmark, type BenchmarkName } from '../benchmarks.js';
import { formatMinutes } from './outcome.js';

export interface AllOptions {
  readonly names: readonly BenchmarkName[];
  readonly save: boolean;
  readonly quick: boolean;
  /** File to write the outcomes to. Undefined if none is written. */
  readonly json: string | undefined;
  readonly help: boolean;
}

const allNames = Object.keys(benchmarks) as readonly BenchmarkName[];

/** Throws if a flag or a name is wrong. */
export function parseAllOptions(args: readonly string[]): AllOptions {
  const { values } = parseArgs({
    // pnpm passes '--' on to the script, npm does not.
    args: args.filter((argument) => argument !== '--'),
    options: {
      only: { type: 'string' },
      save: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, save, quick, json, help } = values;
  if (save && quick) throw new Error('--save replaces whole baselines, which quick runs cannot; remove --quick');
  const wanted = only?.split(',') ?? allNames;
  const unknown = wanted.find((name) => !allNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new Error(`there is no benchmark "${unknown}"; --only accepts names such as "fleet,plan"`);
  return { names: allNames.filter((name) => wanted.includes(name)), save, quick, json, help };
}

export function formatAllHelp(): string {
  return `Runs the benchmarks one after the other, and summarises them. Exits with 1 if one of them breaks.

  --only NAMES  run only these, such as fleet,plan
  --save        save the results as the baselines of this kind of machine
  --quick       measure roughly, where a benchmark has a quick form
  --json FILE   write the outcomes as JSON

Example: npm run bench:all -- --only fleet,plan --json all.json

${formatTable(columns, Object.entries(benchmarks), { width: Infinity })}
`;
}

const columns: readonly Column<readonly [name: string, benchmark: Benchmark]>[] = [
  { title: '  BENCHMARK', cell: ([name]) => `  ${name}` },
  { title: 'TIME', align: 'right', cell: ([, { minutes }]) => formatMinutes(minutes) },
  { title: 'MEASURES', cell: ([, { measures }]) => measures },
];
