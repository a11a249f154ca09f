// Derives the findings of `pareto status` from a snapshot of the cluster: health and suggested actions. Pure.

import type { UnmetCause } from '@pareto/core';
import { describeLimit, type wire } from '@pareto/protocol';
import { count, formatSpan } from '../../terminal/format.js';
import { milliseconds, percent, perSecond } from '../../dashboard/load-tables.js';
import { goodShare, type ClusterStatus, type Finding } from './finding.js';
import { controllerFindings, isNewLeader, routerFindings, workerFindings } from './process-findings.js';

export const findingsOf = (status: ClusterStatus): readonly Finding[] => [
  ...controllerFindings(status),
  ...routerFindings(status),
  ...workerFindings(status),
  ...replicaFindings(status.overview),
  ...needFindings(status.overview.unmetNeeds),
  ...(status.capacity === undefined ? [] : [status.capacity]),
  ...taskFindings(status),
  ...limitFindings(status.overview.limitsReached),
  ...jobFindings(status.jobs),
];

function replicaFindings({ workers, leader }: wire.OverviewResponse): readonly Finding[] {
  const there = leader === '' ? workers : workers.filter(({ connected, awaited }) => connected || awaited);
  const all = there.flatMap(({ workerId, replicas }) => replicas.map((replica) => ({ ...replica, workerId })));
  const readyOnes = all.filter(({ state }) => state === 'READY');
  const ready = readyOnes.length;
  const answered = new Set(readyOnes.map(({ variant }) => variant));
  const loading = all.filter(({ state }) => state === 'LOADING' || state === 'WARMING').length;
  const bad = all.filter(({ state, quarantined }) => state === 'FAILED' || quarantined);
  return [
    leader === ''
      ? { level: 'warning', about: 'replicas', text: `${ready} ready in the last report to a leader` }
      : { level: 'good', about: 'replicas', text: `${ready} ready${loading === 0 ? '' : `, ${loading} loading`}` },
    ...bad.map(({ variant, workerId, reason, quarantined }): Finding => ({
      ...{
        level: quarantined || answered.has(variant) ? 'warning' : 'bad',
        about: variant,
        text: `${quarantined ? 'is quarantined' : 'failed'} on ${workerId}: ${reason}`,
      },
      advice: `'pareto describe ${variant}', 'pareto events ${variant}'`,
    })),
    ...all
      .filter(({ interfered }) => interfered)
      .map(({ variant, workerId }): Finding => ({
        ...{ level: 'warning', about: variant },
        text: `is or was interfered on ${workerId} in the last minute: its batches take over 1.25 times as long as profiled`,
        advice: `check what else runs on ${workerId}; the replica gets fewer queries meanwhile`,
      })),
    ...all
      .filter(({ mixedReason }) => mixedReason !== '')
      .map(({ variant, workerId, mixedReason }): Finding => ({
        ...{ level: 'warning', about: variant },
        text: `gave queries that shared a batch on ${workerId} other answers than alone: ${mixedReason}`,
        advice: `its queries share no batch any more; the worker's log names the file with the batch`,
      })),
  ];
}

/** Sources of the needs of queries that wait or are served now. Others are less important. */
const urgentSources: readonly string[] = ['held', 'demand'];

/** Advice for the causes that an operator can remove. */
const adviceByCause: ReadonlyMap<string, string> = new Map<UnmetCause, string>([
  ['compute', 'add workers: the slots of those that have its hardware class have no time left'],
  ['memory', "add a worker, raise --memory of one, or free memory: 'pareto get replicas -o wide' shows what uses it"],
  ['residency', 'the replica follows those on the worker; if this returns, add a worker, or raise --memory of one'],
  [
    'failed',
    "its replica can't be loaded: the finding about the replica has the reason, and 'pareto events --warnings' past ones",
  ],
  ['no-worker', "start a worker of its hardware class, or return a drained one to service: 'pareto get workers'"],
]);

/** Limit of the findings about needs, because one cause may affect many variants. */
const maxNeedFindings = 5;

function needFindings(needs: readonly wire.UnmetNeed[]): readonly Finding[] {
  const findings = needs
    .filter(({ source }) => urgentSources.includes(source))
    .toSorted((a, b) => b.ageMs - a.ageMs)
    .filter(isFirstOfCause)
    .flatMap(({ variant: about, cause, reason, ageMs }): readonly Finding[] => {
      const advice = adviceByCause.get(cause);
      const text = `lacks a replica for ${formatSpan(ageMs)}: ${reason}`;
      return advice === undefined ? [] : [{ level: 'warning', about, text, advice }];
    });
  if (findings.length <= maxNeedFindings) return findings;
  const more = count(findings.length - maxNeedFindings, 'more variant lacks', 'more variants lack');
  const rest = {
    level: 'warning',
    about: 'needs',
    text: `${more} a replica`,
    advice: "'pareto describe TASK' lists them",
  } as const;
  return [...findings.slice(0, maxNeedFindings), rest];
}

/** Returns whether no earlier need of the list is of the same variant with the same cause. */
const isFirstOfCause = (need: wire.UnmetNeed, index: number, all: readonly wire.UnmetNeed[]): boolean =>
  all.findIndex(({ variant, cause }) => variant === need.variant && cause === need.cause) === index;

function taskFindings({ overview, localLogs }: ClusterStatus): readonly Finding[] {
  const { tasks, leader, leadingMs } = overview;
  if (leader === '') {
    const text = `${count(tasks.length, 'task')} registered; their queries are counted by a leader only`;
    return [{ level: 'warning', about: 'tasks', text, advice: 'the metrics of the routers count them' }];
  }
  if (tasks.length === 0) {
    return [
      {
        level: 'good',
        about: 'tasks',
        text: 'none yet',
        advice: "'pareto register --help' shows how to register a model",
      },
    ];
  }
  const noQueries = isNewLeader(overview)
    ? `no queries in the ${formatSpan(leadingMs)} of the new leader`
    : 'no queries';
  return tasks.map((load) => taskFinding(load, localLogs, noQueries));
}

function taskFinding(load: wire.TaskLoad, localLogs: readonly string[], noQueries: string): Finding {
  const { task: about, requestsPerSecond, p99Ms, attainment, refusedPerSecond, failedPerSecond, held } = load;
  const { infeasibleShare } = load;
  const rate = `${perSecond(requestsPerSecond)} queries/s`;
  const text =
    attainment === undefined
      ? noQueries
      : `${rate}, p99 ${milliseconds(p99Ms)}, ${percent(attainment)} within the objective`;
  if (failedPerSecond > 0) {
    return {
      level: 'warning',
      about,
      text: `${text}: ${perSecond(failedPerSecond)} queries/s fail`,
      advice: `'pareto events --warnings'${localLogs.length === 0 ? '' : ", 'pareto logs --level warn'"}`,
    };
  }
  if (attainment !== undefined && attainment < goodShare) {
    const isMetOtherwise = attainment >= goodShare * (1 - infeasibleShare);
    const refused = refusedPerSecond > 0 ? `${perSecond(refusedPerSecond)}/s are refused` : 'the others are late';
    const infeasible = `no variant can meet the objective of ${percent(infeasibleShare)} of the queries`;
    const why = [...(isMetOtherwise ? [] : [refused]), ...(infeasibleShare > 0 ? [infeasible] : [])].join('; ');
    const advice =
      `${isMetOtherwise ? 'relax that objective' : 'add workers, or relax the objective'}: 'pareto frontier ${about}' ` +
      "shows the feasible ones, 'pareto explain' why a query was refused";
    return { level: 'warning', about, text: `${text}: ${why}`, advice };
  }
  if (held > 0)
    return {
      level: 'warning',
      about,
      text: `${text}; ${count(held, 'query waits', 'queries wait')} for a variant to load`,
    };
  const isCold = load.variantsReady.length === 0;
  return { level: 'good', about, text: isCold ? `${text}; no replica is loaded, so the first query waits` : text };
}

const limitFindings = (processes: readonly wire.ReachedLimits[]): readonly Finding[] =>
  processes.flatMap(({ service, id, limits }) =>
    limits.map((limit) => ({ level: 'warning', about: id === '' ? service : id, ...limitTexts(limit) }) as const),
  );

/** A limit of a newer release has no advice. */
function limitTexts({ limit, count: times }: wire.LimitCount): Pick<Finding, 'text' | 'advice'> {
  const known = describeLimit(limit);
  const reached = `reached the limit ${limit} ${count(times, 'time')} in the last minute`;
  if (known === undefined) return { text: reached };
  const { subject, flags = [], advice } = known;
  return {
    text: `${reached}: ${subject}`,
    advice: flags.length === 0 ? advice : `raise ${flags.join(' or ')}; or ${advice}`,
  };
}

function jobFindings(jobs: readonly wire.Job[]): readonly Finding[] {
  const steps = jobs.flatMap(({ architecture, steps: own }) => own.map((step) => ({ ...step, architecture })));
  const open = steps.filter(({ state }) => state === 'running' || state === 'waiting').length;
  const failed = [...new Set(steps.filter(({ state }) => state === 'failed').map(({ architecture }) => architecture))];
  return [
    ...(open === 0
      ? []
      : [
          {
            level: 'good',
            about: 'jobs',
            text: `${count(open, 'step')} remaining`,
            advice: "'pareto jobs --watch' follows them",
          } as const,
        ]),
    ...failed.map((about): Finding => ({
      ...{ level: 'warning', about, text: 'some of its files or variants could not be generated or measured' },
      advice: `'pareto jobs ${about}' shows the reasons; 'pareto profile ${about}' retries`,
    })),
  ];
}
