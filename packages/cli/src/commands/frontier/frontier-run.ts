// The work of `pareto frontier`: reads a task's variants, draws the charts, and writes the files.

import { writeFile } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { withController } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { formatFrontier } from './format-frontier.js';
import { planFrontiers, type ClassFrontier } from './plan-frontiers.js';
import { frontierHtml } from './html-page.js';
import { frontierSvg } from './frontier-svg.js';

export interface FrontierFlags extends CommonOptions {
  readonly batch?: number;
  readonly class?: string;
  readonly svg?: string;
  readonly html?: string;
}

/** Draws the frontiers of a task. Throws as `choose` does. */
export async function runFrontier(context: Context, options: FrontierFlags, task: string): Promise<void> {
  const description = await withController(options, ({ registry }) => registry.describe({ name: task }));
  const frontiers = choose(task, description, options);
  const files = await writeFiles(task, frontiers, options);
  printResult(context, options, frontiers.map(toJson), () => formatAll(task, frontiers, context));
  for (const file of files) context.terminal.note(`wrote ${file}`);
}

/**
 * Returns the frontiers to draw. Throws `invalid-argument` if `task` is not a task, `failed-precondition` if nothing is
 * measured, and `not-found` for an unknown hardware class.
 */
function choose(
  task: string,
  description: wire.DescribeResponse,
  { batch, class: wanted }: FrontierFlags,
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
  { svg, html }: FrontierFlags,
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
