// Runs the benchmarks one after the other, each in a process of its own, and summarises what changed. Exits with 1 if one
// of them breaks. A missed target does not count as such.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { createTempFolder, readRun } from '@pareto/testkit';
import { formatAllHelp, parseAllOptions, type AllOptions } from './all/options.js';
import { formatMinutes, formatOutcomes, judgeOutcome, type Outcome } from './all/outcome.js';
import { benchmarks, type BenchmarkName } from './benchmarks.js';
import { progress } from './report.js';

/** Resolves with the exit code, or with the signal that ended the process. Its output goes to this process's. */
const runScript = (script: string, args: readonly string[]): Promise<number | string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import=tsx', script, ...args], { stdio: 'inherit' });
    const stop = (): void => {
      child.kill();
      process.exit(1);
    };
    process.once('SIGTERM', stop);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGTERM', stop);
      resolve(code ?? signal ?? 'unknown');
    });
  });

async function runBenchmark(name: BenchmarkName, options: AllOptions, jsonFile: string): Promise<Outcome> {
  const { flags = [] } = benchmarks[name];
  const script = fileURLToPath(new URL(`${name}.bench.ts`, import.meta.url));
  const passed = [
    ...(options.save ? ['--save'] : []),
    ...(options.quick && flags.includes('quick') ? ['--quick'] : []),
  ];
  const since = systemClock.now();
  const exit = await runScript(script, ['--json', jsonFile, ...passed]);
  return judgeOutcome({ benchmark: name, seconds: (systemClock.now() - since) / 1000, exit, run: readRun(jsonFile) });
}

async function runAll(options: AllOptions): Promise<readonly Outcome[]> {
  await using folder = await createTempFolder();
  const outcomes: Outcome[] = [];
  for (const [index, name] of options.names.entries()) {
    const left = options.names.slice(index).reduce((sum, each) => sum + benchmarks[each].minutes, 0);
    const place = `[${index + 1}/${options.names.length}] ${name}: about ${formatMinutes(benchmarks[name].minutes)}`;
    progress(`\n${place}, about ${formatMinutes(left)} until the end`);
    outcomes.push(await runBenchmark(name, options, folder.file(`${name}.json`)));
  }
  return outcomes;
}

function readOptions(): AllOptions {
  try {
    return parseAllOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${formatAllHelp()}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(formatAllHelp());
} else {
  const outcomes = await runAll(options);
  process.stdout.write(`\n${formatOutcomes(outcomes)}\n`);
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(outcomes, null, 2)}\n`);
  }
  if (outcomes.some(({ failure }) => failure !== null)) process.exitCode = 1;
}
