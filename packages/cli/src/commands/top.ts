// `pareto top`: the cluster as it is now, live on a terminal.

import { milliseconds, ParetoError } from '@pareto/core';
import type { Command } from 'commander';
import { withCluster } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { describeRouter, formatPicture } from '../top/format-picture.js';
import { observeCluster, type ObserveOptions } from '../top/observe-cluster.js';
import { emptyPicture, type Outage, type Picture } from '../top/picture.js';

interface Options extends CommonOptions {
  readonly once?: boolean;
}

const refreshMs = milliseconds(1_000);

export function addTop(program: Command, context: Context): void {
  program
    .command('top')
    .summary('watch load, workers and what was decided lately')
    .description(
      'Watches load, workers and what was decided lately. While no controller answers it keeps the last picture, says how old it is, and asks the router how it fares.',
    )
    .option('--once', 'print it once; so it is when the output is no terminal')
    .addHelpText('after', '\nExample:\n  pareto top')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const live = options.once !== true && options.output !== 'json' && context.terminal.interactive;
      await withCluster(options, async (clients) => {
        const observing = { ...clients, clock: context.clock, signal: context.stop };
        await (live ? watch(context, options, observing) : printOnce(context, options, observing));
      });
    });
}

const draw = ({ clock, terminal }: Context, { router }: Options, picture: Picture, columns: number): string =>
  formatPicture(picture, { now: clock.now(), router, columns, paint: terminal.paint });

async function printOnce(context: Context, options: Options, observing: ObserveOptions): Promise<void> {
  const picture = await observeCluster(emptyPicture, observing);
  if (picture.outage !== undefined) throw await unanswered(options, observing, picture.outage);
  printResult(context, options, picture.overview, () => draw(context, options, picture, Infinity));
}

async function watch(context: Context, options: Options, observing: ObserveOptions): Promise<void> {
  const { terminal } = context;
  let picture = await observeCluster(emptyPicture, observing);
  // What answers nowhere is more likely a wrong address than an outage.
  if (picture.outage?.router.kind === 'silent') throw await unanswered(options, observing, picture.outage);
  const redraw = (): void => terminal.screen(draw(context, options, picture, terminal.columns));
  using _ = terminal.onResize(redraw);
  const observe = async (): Promise<void> => {
    picture = await observeCluster(picture, observing);
  };
  // A controller that doesn't answer takes its time to ask: the age on the screen goes on meanwhile.
  await untilStopped(context, [redraw, observe]);
}

/** Does each of the works again and again until the command is stopped or one fails. */
async function untilStopped({ clock, stop }: Context, works: readonly (() => unknown)[]): Promise<void> {
  const failed = new AbortController();
  const ended = AbortSignal.any([stop, failed.signal]);
  const again = async (work: () => unknown): Promise<void> => {
    while (!ended.aborted) {
      await work();
      await clock.sleep(refreshMs, ended).catch(() => undefined);
    }
  };
  try {
    await Promise.all(works.map(again));
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    failed.abort();
  }
}

/** There is no picture to show: why, and whether serving goes on. */
async function unanswered(
  { router }: Options,
  { absence }: ObserveOptions,
  { reason, router: word, isAbsent }: Outage,
): Promise<ParetoError> {
  const why = isAbsent ? await absence() : reason;
  return new ParetoError('unavailable', word.kind === 'silent' ? why : `${why}; ${describeRouter(word, router)}`);
}
