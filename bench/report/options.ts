// The command line of a benchmark.

import { parseArgs } from 'node:util';

interface Flag {
  readonly type: 'string' | 'boolean';
  /** Name of the value in the help. */
  readonly value?: string;
  /** Value if none is given. */
  readonly otherwise?: string;
  readonly help: string;
}

const commonFlags = {
  json: { type: 'string', value: 'FILE', help: 'write the rows as JSON' },
  save: { type: 'boolean', help: 'save the rows as the baseline of this kind of machine' },
  help: { type: 'boolean', help: 'print this help' },
} as const satisfies Record<string, Flag>;

/** Flags that only some benchmarks have. */
const otherFlags = {
  only: { type: 'string', value: 'TEXT', help: 'measure only what has the text in its name' },
  quick: { type: 'boolean', help: 'measure roughly, in about a minute; not judged by the baseline' },
  long: { type: 'boolean', help: 'measure the longest run instead, in half an hour; not judged by the baseline' },
  data: { type: 'string', value: 'DIR', help: 'use the traces and tables in this folder instead of generated ones' },
  resume: { type: 'boolean', help: 'continue a comparison that was stopped, with the results of its runs that ended' },
  jobs: { type: 'string', value: 'N', help: 'run this many processes at a time' },
  patient: { type: 'boolean', help: 'repeat noisy pairs several times as often' },
  node: { type: 'string', value: 'RELEASE', help: 'run under this release of Node, such as 24, or this binary' },
  profile: {
    ...{ type: 'string', value: 'FOLDER', otherwise: '.cache/profile' },
    help: 'write profiles of the measured processes',
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof otherFlags;

export interface BenchmarkOptions {
  readonly json?: string;
  readonly save?: boolean;
  readonly help?: boolean;
  readonly only?: string;
  readonly quick?: boolean;
  readonly long?: boolean;
  readonly data?: string;
  readonly resume?: boolean;
  readonly jobs?: string;
  readonly patient?: boolean;
  readonly node?: string;
  readonly profile?: string;
}

const flagsOf = (names: readonly FlagName[]): Readonly<Record<string, Flag>> => ({
  ...commonFlags,
  ...Object.fromEntries(names.map((name) => [name, otherFlags[name]])),
});

/** Parses the arguments of a benchmark with these flags. Throws if there is another flag. */
export function parseOptions(names: readonly FlagName[], args: readonly string[]): BenchmarkOptions {
  const flags = flagsOf(names);
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type }]) => [name, { type }]));
  // pnpm passes '--' on to the script, npm does not.
  const given = args.filter((argument) => argument !== '--');
  const values: BenchmarkOptions = parseArgs({ args: addValues(flags, given), options }).values;
  if (values.save === true && !isWhole(values))
    throw new Error(
      '--save replaces the whole baseline, which a partial run cannot; remove --only, --quick and --long',
    );
  if (values.jobs !== undefined && !/^[1-9]\d*$/.test(values.jobs))
    throw new Error(`--jobs expects a number such as 2, received "${values.jobs}"`);
  return values;
}

/** Returns whether a run measures all rows of the baseline. */
export const isWhole = ({ only, quick, long }: BenchmarkOptions): boolean =>
  only === undefined && quick !== true && long !== true;

/** Adds the value of each flag that is given without one. */
const addValues = (flags: Readonly<Record<string, Flag>>, args: readonly string[]): string[] =>
  args.flatMap((argument, index) => {
    const otherwise = argument.startsWith('--') ? flags[argument.slice(2)]?.otherwise : undefined;
    const hasValue = args[index + 1]?.startsWith('--') === false;
    return otherwise === undefined || hasValue ? [argument] : [argument, otherwise];
  });

/** Returns a line for each flag. */
export function formatFlags(names: readonly FlagName[]): string {
  const rows = Object.entries(flagsOf(names)).map(([name, { value, otherwise, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${otherwise === undefined ? value : `[${value}]`}`;
    const text = otherwise === undefined ? help : `${help} (default: ${otherwise})`;
    return `  ${flag.padEnd(18)}  ${text}`;
  });
  return rows.join('\n');
}
