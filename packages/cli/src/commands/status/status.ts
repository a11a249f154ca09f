// `pareto status`: shows the health of the cluster and suggested actions.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { wrap } from '@pareto/report';
import { withCluster, type ClusterClients } from '../../connection/connect.js';
import { listRouters } from '../../connection/list-routers.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { capacityFinding } from './capacity.js';
import type { Finding } from './finding.js';
import { findingsOf } from './findings.js';
import type { Paint } from '../../terminal/terminal.js';
import { describeRouter } from '../../dashboard/format-dashboard.js';
import { listLocalLogs } from './local-logs.js';
import { readRouterStatus, observeCluster } from '../../dashboard/observe-cluster.js';
import { emptyDashboard } from '../../dashboard/dashboard-state.js';

export function addStatus(program: Command, context: Context): void {
  program
    .command('status')
    .summary('show cluster health and suggested actions')
    .description(
      'Shows the health of controllers, routers, workers, replicas, tasks and jobs on one page, with suggested actions. Exits with 1 if something does not work.',
    )
    .addHelpText('after', '\nExamples:\n  pareto status\n  pareto status -o json')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const findings = await withCluster(options, (clients) => observeFindings(clients, options, context));
      printResult(context, options, { healthy: isHealthy(findings), findings }, () =>
        formatFindings(findings, context.terminal.paint, widthOf(context, options)),
      );
      if (!isHealthy(findings)) throw new ParetoError('failed-precondition', 'the cluster is not healthy: see above');
    });
}

const isHealthy = (findings: readonly Finding[]): boolean => findings.every(({ level }) => level !== 'bad');

/** Time for all previews of what would help. */
const previewsMs = 5_000;

async function observeFindings(
  clients: ClusterClients,
  options: CommonOptions,
  context: Context,
): Promise<readonly Finding[]> {
  const { clock, stop: signal } = context;
  const { overview, outage } = await observeCluster(emptyDashboard, { ...clients, clock, signal });
  if (overview === undefined || outage !== undefined) return unreachableFindings(clients, options, outage);
  const previewUntil = clock.now() + previewsMs;
  const previewPlan = (request: wire.PreviewRequestInput): Promise<wire.PreviewResponse> =>
    clients.controllers.plans.preview(request, { timeoutMs: Math.max(1, previewUntil - clock.now()), signal });
  const [routers, router, { jobs }, localLogs, capacity] = await Promise.all([
    listRouters(clients.controllers, overview, signal),
    readRouterStatus(clients.router, signal),
    clients.controllers.registry.jobs({}, { signal }),
    listLocalLogs(options),
    capacityFinding(overview, previewPlan).catch(() => undefined),
  ]);
  return findingsOf({ overview, jobs, routers, router, routerAddress: options.router, localLogs, capacity });
}

async function unreachableFindings(
  { diagnose }: ClusterClients,
  { router: address }: CommonOptions,
  outage: Awaited<ReturnType<typeof observeCluster>>['outage'],
): Promise<readonly Finding[]> {
  const reason = outage?.isAbsent === false ? outage.reason : await diagnose();
  const controller: Finding = { level: 'bad', about: 'controller', text: reason };
  if (outage === undefined) return [controller];
  const level = outage.router.kind === 'serves' ? 'good' : 'bad';
  return [controller, { level, about: 'router', text: describeRouter(outage.router, address) }];
}

const minAboutWidth = 11;
/** Width of subjects above which the text begins on the next line. */
const maxAboutWidth = 24;

function formatFindings(findings: readonly Finding[], paint: Paint, columns: number): string {
  const lengths = findings.map(({ about }) => about.length);
  const width = Math.max(minAboutWidth, ...lengths.filter((length) => length <= maxAboutWidth));
  const limit = columns - width - 4;
  return findings
    .flatMap((finding) => {
      const { about, text, advice } = finding;
      const [first = '', ...more] = [
        ...(about.length > width ? [''] : []),
        ...wrap(text, limit),
        ...(advice === undefined ? [] : wrap(`→ ${advice}`, limit).map(paint.dim)),
      ];
      const indent = ' '.repeat(width + 4);
      return [
        `${markOf(finding, paint)} ${paint.bold(about.padEnd(width))}  ${first}`.trimEnd(),
        ...more.map((line) => `${indent}${line}`),
      ];
    })
    .join('\n');
}

function markOf({ level }: Finding, paint: Paint): string {
  if (level === 'good') return paint.green('✓');
  return level === 'warning' ? paint.yellow('!') : paint.red('✗');
}
