// `pareto jobs` and `pareto profile`: how making and measuring go, and having it done again.

import { architectureNameOf } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { createJobDisplay } from '../jobs/job-display.js';
import { formatJobs } from '../jobs/job-table.js';
import { waitForJobs } from '../jobs/wait-for-jobs.js';
import { repeat, repeatOptions } from '../connection/repeat.js';

interface Options extends CommonOptions {
  readonly watch?: boolean;
}

export function addJobs(program: Command, context: Context): void {
  program
    .command('jobs')
    .summary('show what is being made and measured')
    .description('Shows what is made and measured of each model: what is done, running, waiting, declined and failed.')
    .argument('[name]', 'only of this task or architecture; of one architecture, every step')
    .option('-w, --watch', 'follow until all is done')
    .addHelpText('after', '\nExamples:\n  pareto jobs\n  pareto jobs digits --watch')
    .action(async (name: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const jobs = await withController(options, (clients) => observe(context, options, clients, name ?? ''));
      printResult(context, options, { jobs }, () => formatAll(jobs, context));
    });
}

async function observe(
  context: Context,
  { watch = false }: Options,
  clients: ControllerClients,
  name: string,
): Promise<readonly wire.Job[]> {
  const repeating = repeatOptions(context);
  const { jobs } = await repeat(() => clients.registry.jobs({ name }, { signal: context.stop }), repeating);
  if (!watch || jobs.length === 0) return jobs;
  const wanted = jobs.map(({ architecture, version }) => ({ name: architecture, version }));
  const onSnapshot = createJobDisplay(context, { since: context.clock.now(), reportsFirst: false });
  onSnapshot({ jobs, variants: [], outcomes: [], workers: true, done: false });
  return (await waitForJobs(clients, name, wanted, { ...repeating, onSnapshot })).jobs;
}

const formatAll = (jobs: readonly wire.Job[], { terminal }: Context): string =>
  jobs.length === 0 ? "nothing is registered: see 'pareto register --help'" : formatJobs(jobs, terminal.paint);

export function addProfile(program: Command, context: Context): void {
  program
    .command('profile')
    .summary('measure anew')
    .description(
      'Forgets what was measured of a variant, or of all variants of an architecture, so that it is measured anew; files of it that were not made are tried again.',
    )
    .argument('<name>', 'an architecture or a variant')
    .addHelpText('after', '\nExample:\n  pareto profile cnn-large:int8-static')
    .action(async (variant: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withController(options, ({ registry }) =>
        repeat(() => registry.profile({ variant }, { signal: context.stop }), repeatOptions(context)),
      );
      printResult(
        context,
        options,
        { name: variant },
        () => `${variant} is measured anew: 'pareto jobs ${architectureNameOf(variant)} --watch' follows it`,
      );
    });
}
