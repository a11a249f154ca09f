// `pareto frontier`: a task's variants drawn, accuracy against latency and against cost.

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
    .summary('draw what a task can offer')
    .description(
      'Draws accuracy against latency and against cost, one pair of charts for each hardware class, and lists what nothing else is better than. Intervals are those of 95 %.',
    )
    .argument('<task>')
    .option(
      '--batch <n>',
      'times and costs at this batch size (default: times of 1, costs as quoted)',
      wholeNumberIn(1, 1e6),
    )
    .option('--class <id>', 'only of this hardware class; the beginning of its name is enough')
    .option('--svg <file>', 'write it as a picture too')
    .option('--html <file>', 'write it as a page too, with all variants in a table')
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

/** Throws `failed-precondition` when there is nothing to draw. */
function choose(
  task: string,
  description: wire.DescribeResponse,
  { batch, class: wanted }: Options,
): readonly ClassFrontier[] {
  if (description.task?.name !== task) {
    throw new ParetoError('invalid-argument', `${task} is not a task: frontiers are of tasks, see 'pareto get tasks'`);
  }
  const all = planFrontiers(description, batch);
  if (all.length === 0) throw new ParetoError('failed-precondition', whyNothing(description, batch));
  const chosen = all.filter(({ hardwareClass }) => wanted === undefined || hardwareClass.startsWith(wanted));
  if (chosen.length > 0) return chosen;
  const there = all.map(({ hardwareClass }) => hardwareClass).join(', ');
  throw new ParetoError('not-found', `nothing was measured on a hardware class ${wanted ?? ''}: there are ${there}`);
}

function whyNothing({ task, variants }: wire.DescribeResponse, batch: number | undefined): string {
  const name = task?.name ?? '';
  const measured = variants.flatMap(({ measurements }) => measurements).filter(({ profile }) => profile !== null);
  if (measured.length === 0) return `nothing of ${name} is measured yet: 'pareto jobs ${name}' shows how far it is`;
  if (measured.every(({ accuracy }) => accuracy === null)) {
    return `no accuracy of ${name} is known, for it has no validation set: register it with --validation`;
  }
  return `nothing of ${name} was measured with a batch of ${batch ?? 1}: 'pareto describe ${name}' shows the sizes`;
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
      throw new ParetoError('invalid-argument', `${path} can't be written: ${errorText(error)}`);
    });
  }
  return wanted.map(({ path }) => path);
}
