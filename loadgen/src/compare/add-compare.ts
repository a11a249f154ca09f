// The command that compares two runs.

import { createSeededRng } from '@pareto/core';
import { Option, type Command } from 'commander';
import pc from 'picocolors';
import type { ProgressOutput } from '../live/show-progress.js';
import { compareRuns } from './compare-runs.js';
import { differingSettings } from './differing-settings.js';
import { formatComparison, type Comparison } from './format-comparison.js';
import { readRun } from './read-run.js';

interface Options {
  readonly output: 'table' | 'json';
  readonly failIfWorse?: boolean;
}

const examples = `
Example:
  npm run loadgen -- --target digits --duration 2m --json before.json
  npm run loadgen -- --target digits --duration 2m --json after.json
  npm run loadgen -- compare before.json after.json`;

/** Adds `compare`. Calls `onEnd` with its exit code, and throws `invalid-argument` for files that are not runs. */
export function addCompare(program: Command, stdout: ProgressOutput, onEnd: (code: number) => void): void {
  program
    .command('compare <a.json> <b.json>')
    .summary('compare two runs')
    .description('Compares a run with an earlier one: what is better or worse by more than chance explains.')
    .addOption(new Option('-o, --output <form>', 'form of the result').choices(['table', 'json']).default('table'))
    .option('--fail-if-worse', 'exit with 1 if any metric is worse')
    .addHelpText('after', examples)
    .action(async (fileA: string, fileB: string, { output, failIfWorse }: Options) => {
      const [a, b] = [await readRun(fileA), await readRun(fileB)];
      const comparison: Comparison = {
        ...{ a: { file: fileA, run: a }, b: { file: fileB, run: b } },
        settings: differingSettings(a, b),
        metrics: compareRuns(a, b, createSeededRng(1)),
      };
      const paint = pc.createColors(stdout.hasColors?.() === true);
      stdout.write(`${output === 'json' ? formatJson(comparison) : formatComparison(comparison, paint)}\n`);
      const isWorse = comparison.metrics.some(({ result }) => result === 'worse');
      onEnd(failIfWorse === true && isWorse ? 1 : 0);
    });
}

function formatJson({ a, b, ...comparison }: Comparison): string {
  const identify = ({ file, run }: Comparison['a']): object => ({
    ...{ file, startedAt: run.startedAt, bottleneck: run.sender.bottleneck },
  });
  return JSON.stringify({ a: identify(a), b: identify(b), ...comparison }, undefined, 2);
}
