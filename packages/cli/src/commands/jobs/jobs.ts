// `pareto jobs`: shows the progress of jobs.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { createJobDisplay } from '../../job-progress/job-display.js';
import { formatJobs } from './job-table.js';
import { waitForJobs } from '../../job-progress/wait-for-jobs.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import type { Paint } from '../../terminal/terminal.js';

interface Options extends CommonOptions {
  readonly watch?: boolean;
}

export function addJobs(program: Command, context: Context): void {
  program
    .command('jobs')
    .summary('show the jobs that generate and measure variants')
    .description('Shows the job of each model, with the steps that are done, running, waiting, declined and failed.')
    .argument('[name]', 'task, or architecture, of which every step is shown (default: all)')
    .option('-w, --watch', 'follow until all jobs are done')
    .addHelpText('after', '\nExamples:\n  pareto jobs\n  pareto jobs digits --watch')
    .action(async (name: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const jobs = await withController(options, (clients) => observe(context, options, clients, name ?? ''));
      printResult(context, options, { jobs }, () => formatAll(jobs, context.terminal.paint, widthOf(context, options)));
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
  onSnapshot({ jobs, architectures: [], variants: [], outcomes: [], workers: true, done: false });
  return (await waitForJobs(clients, name, wanted, { ...repeating, onSnapshot })).jobs;
}

const formatAll = (jobs: readonly wire.Job[], paint: Paint, width: number): string =>
  jobs.length === 0 ? "nothing is registered: see 'pareto register --help'" : formatJobs(jobs, paint, width);
