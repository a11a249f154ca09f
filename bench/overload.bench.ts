// The behaviour of a cluster under overload: an open loop of queries at up to four times its capacity, a mix of latency
// objectives, and a step of the rate.

import type { ArrivalProcess } from '@pareto/workload';
import { createTestClient } from '../test/support/client.js';
import { startCluster } from '../test/support/cluster.js';
import { openCallers } from './overload/callers.js';
import { overloadModels } from './overload/models.js';
import { classRows, goodputRows, outcomeRows } from './overload/rows.js';
import { createSubject, seconds, type Offered, type Subject } from './overload/subject.js';
import { descendantsOf, type PathProcess } from './path/processes.js';
import { progress, startBenchmark, type Row } from './report.js';

const mixedMs = [60, 400];

async function offer(
  name: string,
  subject: Subject,
  processAt: (capacity: number) => ArrivalProcess,
  latenciesMs: readonly number[] = [subject.model.latencyMs],
): Promise<Offered> {
  const offered = await subject.offer(processAt, latenciesMs);
  const { statuses, latencyMs, sender } = offered.load;
  const times = `p50 ${latencyMs.p50}, p99 ${latencyMs.p99} ms, sender behind by at most ${sender.lagMs.max.toFixed()} ms`;
  progress(
    `${name}: ${JSON.stringify(statuses)} at a capacity of ${offered.capacity.answersPerSecond.toFixed()}/s, ${times}`,
  );
  return offered;
}

const poissonAt =
  (multiple: number) =>
  (capacity: number): ArrivalProcess => ({ kind: 'poisson', ratePerSecond: multiple * capacity });

async function measureMultiple(subject: Subject, multiple: number, minGoodputShare?: number): Promise<readonly Row[]> {
  const name = `${subject.model.title}, ${multiple}x`;
  const offered = await offer(name, subject, poissonAt(multiple));
  return [...goodputRows(name, offered, minGoodputShare), ...outcomeRows(name, offered)];
}

async function measureMix(subject: Subject): Promise<readonly Row[]> {
  const name = `${subject.model.title}, ${mixedMs.join(' and ')} ms, 2x`;
  const offered = await offer(name, subject, poissonAt(2), mixedMs);
  return [...goodputRows(name, offered), ...outcomeRows(name, offered), ...classRows(name, offered)];
}

async function measureStep(subject: Subject): Promise<readonly Row[]> {
  const name = `${subject.model.title}, step from 0.1x to 1x`;
  const atMs = (seconds * 1000) / 2;
  const offered = await offer(name, subject, (capacity) => {
    return { kind: 'step', ratePerSecond: 0.1 * capacity, factor: 10, atMs };
  });
  return outcomeRows(name, offered);
}

const { only = '', report } = startBenchmark('overload');
const rows: Row[] = [];
await using cluster = await startCluster({ workers: 2, routers: 2 });
using client = createTestClient(cluster);
using callers = openCallers(cluster.routers.map(({ address }) => address));
const processes = (): readonly PathProcess[] => [
  { role: 'client', pid: process.pid },
  ...cluster.routers.map(({ child: { pid } }): PathProcess => ({ role: 'router', pid })),
  ...cluster.workers.flatMap(({ child: { pid } }): readonly PathProcess[] => [
    { role: 'worker front', pid },
    ...descendantsOf(pid).map((executor) => ({ role: 'executors', pid: executor }) as const),
  ]),
];
for (const model of overloadModels.filter(({ title }) => title.includes(only))) {
  progress(`registering ${model.title}`);
  const subject = await createSubject({ client, callers, processes }, model);
  for (const [multiple, share] of model.rates) rows.push(...(await measureMultiple(subject, multiple, share)));
  if (model.isMixedAndStepped) rows.push(...(await measureMix(subject)), ...(await measureStep(subject)));
}
const lost = await Promise.all(
  cluster.routers.map(async (router) => (await router.metrics()).value('pareto_workers_lost_total')),
);
const marked = lost.reduce((sum, value) => sum + value, 0);
rows.push({ name: 'live workers marked unreachable', value: marked, unit: '', reach: { below: 1 } });
report(rows);
