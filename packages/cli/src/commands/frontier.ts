// `pareto frontier`: draws a task's variants, accuracy against latency and against cost.

import { writeFile } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { formatFrontier } from '../frontier/format-frontier.js';
import { planFrontiers, type ClassFrontier } from '../frontier/frontier.js';
import { frontierHtml } from '../frontier/html-page.js';
import { frontierSvg } from '../frontier/frontier-svg.js';
import { wholeNumberIn } from '../context/options.js';

interface Options extends CommonOptions {
  readonly batch?: number;
  readonly class?: string;
  readonly svg?: string;
  readonly html?: string;
}

export function addFrontier(program: Command, context: Context): void {
  program
    .command('frontier')
    .summary('draw accuracy against latency and cost')
    .description(
      'Draws the variants of a task, accuracy against latency and against cost, in one pair of charts per hardware class, and lists the variants on the Pareto front. Intervals are 95 % confidence intervals.',
    )
    .argument('<task>')
    .option(
      '--batch <n>',
      'batch size for latencies and costs (default: latencies of batch size 1, costs as quoted)',
      wholeNumberIn(1, 1e6),
    )
    .option('--class <id>', 'hardware class, or the beginning of its name (default: all)')
    .option('--svg <file>', 'SVG file to write the charts to')
    .option('--html <file>', 'HTML file to write the charts and a table of all variants to')
    .addHelpText(
      'after',
      '\nExamples:\n  pareto frontier digits\n  pareto frontier digits --batch 8 --html digits.html',
    )
    .action(async (task: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const description = await withController(options, ({ registry }) => registry.describe({ name: task }));
      const frontiers = choose(task, description, options);
      const files = await writeFiles(task, frontiers, options);
      printResult(context, options, frontiers.map(toJson), () => formatAll(task, frontiers, context));
      for (const file of files) context.terminal.note(`wrote ${file}`);
    });
}

/**
 * Returns the frontiers to draw. Throws `invalid-argument` if `task` is not a task, `failed-precondition` if nothing is
 * measured, and `not-found` for an unknown hardware class.
 */
function choose(
  task: string,
  description: wire.DescribeResponse,
  { batch, class: wanted }: Options,
): readonly ClassFrontier[] {
  if (description.task?.name !== task) {
    throw new ParetoError(
      'invalid-argument',
      `${task} is not a task: pass one of the tasks that 'pareto get tasks' lists`,
    );
  }
  const all = planFrontiers(description, batch);
  if (all.length === 0) throw new ParetoError('failed-precondition', emptyReason(description, batch));
  const chosen = all.filter(({ hardwareClass }) => wanted === undefined || hardwareClass.startsWith(wanted));
  if (chosen.length > 0) return chosen;
  const measuredClasses = all.map(({ hardwareClass }) => hardwareClass).join(', ');
  throw new ParetoError(
    'not-found',
    `nothing was measured on a hardware class ${wanted ?? ''}: expected one of ${measuredClasses}`,
  );
}

function emptyReason({ task, variants }: wire.DescribeResponse, batch: number | undefined): string {
  const name = task?.name ?? '';
  const measured = variants.flatMap(({ measurements }) => measurements).filter(({ profile }) => profile !== null);
  if (measured.length === 0) return `no variant of ${name} is measured yet: 'pareto jobs ${name}' shows the progress`;
  if (measured.every(({ accuracy }) => accuracy === null)) {
    return `the accuracy of the variants of ${name} is unknown, because it has no validation set: register it with --validation`;
  }
  return `no variant of ${name} was measured with a batch of ${batch ?? 1}: 'pareto describe ${name}' shows the measured sizes`;
}

const toJson = ({ hardwareClass, batch, front, points, omitted }: ClassFrontier): object => ({
  ...{ hardwareClass, batch, front: front.map(({ name }) => name), points, omitted },
});

const formatAll = (task: string, frontiers: readonly ClassFrontier[], { terminal }: Context): string =>
  frontiers.map((frontier) => formatFrontier(task, frontier, terminal.columns, terminal.paint)).join('\n\n\n');

async function writeFiles(
  task: string,
  frontiers: readonly ClassFrontier[],
  { svg, html }: Options,
): Promise<readonly string[]> {
  const wanted = [
    ...(svg === undefined ? [] : [{ path: svg, content: frontierSvg(task, frontiers) }]),
    ...(html === undefined ? [] : [{ path: html, content: frontierHtml(task, frontiers) }]),
  ];
  for (const { path, content } of wanted) {
    await writeFile(path, content).catch((error: unknown) => {
      throw new ParetoError('invalid-argument', `can't write ${path}: ${errorText(error)}`);
    });
  }
  return wanted.map(({ path }) => path);
}
