import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import type { Finding } from '../../../src/commands/status/finding.js';
import { findingsOf } from '../../../src/commands/status/findings.js';
import { fakeJob, fakeStep } from '../../support/fake-jobs.js';
import { fakeOverview, fakeReplica, fakeTaskLoad, fakeUnmetNeed, fakeWorker } from '../../support/fake-overview.js';

const findingsFor = (
  overview: Partial<wire.OverviewResponse>,
  jobs: readonly wire.Job[] = [],
  localLogs: readonly string[] = [],
): readonly Finding[] =>
  findingsOf({
    overview: fakeOverview(overview),
    jobs,
    routers: [{ routerId: 'r', address: 'r:1', controller: 'a:1' }],
    router: { kind: 'serves', tableAgeMs: 0 },
    ...{ routerAddress: 'r:1', localLogs },
  });

const about = (findings: readonly Finding[], name: string): Finding | undefined =>
  findings.find((finding) => finding.about === name);

describe('findingsOf', () => {
  it('has only good findings for a healthy cluster', () => {
    const findings = findingsFor({
      workers: [fakeWorker()],
      tasks: [fakeTaskLoad({ attainment: 1, p99Ms: 3, p50Ms: 1 })],
    });
    assert.deepEqual([...new Set(findings.map(({ level }) => level))], ['good']);
    assert.equal(about(findings, 'controller')?.text, 'a:1 leads, 1 other on standby; store responded 0.0 s ago');
  });

  it('has bad findings without a leader and without a connected worker', () => {
    assert.equal(about(findingsFor({ leader: '' }), 'controller')?.level, 'bad');
    const workers = [fakeWorker({ connected: false })];
    assert.equal(about(findingsFor({ workers }), 'workers')?.level, 'bad');
  });

  it('states no live figures without a leader, because no controller has them', () => {
    const workers = [fakeWorker({ connected: false, memoryUsedBytes: 0 })];
    const findings = findingsFor({ leader: '', workers, tasks: [fakeTaskLoad()] });
    const texts = findings.map(({ about: subject, text }) => `${subject}: ${text}`).join('\n');
    assert.doesNotMatch(texts, /0 B|no queries|is disconnected/);
    assert.match(texts, /^workers: 1 worker registered; which of them are connected is unknown without a leader$/m);
    assert.match(texts, /^tasks: 1 task registered; their queries are counted by a leader only$/m);
    assert.match(texts, /^replicas: 1 ready in the last report to a leader$/m);
  });

  it('says what a new leader does not know yet, e.g. after a restore', () => {
    const workers = [fakeWorker({ memoryUsedBytes: 0, replicas: [] })];
    const fresh = findingsFor({ leadingMs: 4_000, workers, tasks: [fakeTaskLoad()] });
    assert.match(about(fresh, 'workers')?.text ?? '', /not reported to the new leader yet/);
    assert.match(about(fresh, 'digits')?.text ?? '', /^no queries in the 4 s of the new leader/);
    const later = findingsFor({ workers, tasks: [fakeTaskLoad()] });
    assert.match(about(later, 'workers')?.text ?? '', /0 B of 1\.0 GiB used/);
    assert.equal(about(later, 'digits')?.text, 'no queries');
  });

  it('names the loss of the store in place of the missing leader, with advice by the loss', () => {
    const findings = findingsFor({ leader: '', storeLoss: 'emptied' });
    const loss = about(findings, 'store');
    assert.equal(loss?.level, 'bad');
    assert.match(loss.text, /^the store is empty, although .* queries continue with the last table$/);
    assert.match(loss.advice ?? '', /'pareto restore FILE'.*--accept-empty-store/);
    assert.equal(about(findings, 'controller'), undefined);
    const older = about(findingsFor({ leader: '', storeLoss: 'older' }), 'store');
    assert.match(`${older?.text} ${older?.advice}`, /went back .* delete its keys and restore a backup/);
    assert.match(
      about(findingsFor({ storeLoss: 'newer' }), 'store')?.text ?? '',
      /^the store lost data: nothing is registered/,
    );
  });

  it('names each lost member of etcd', () => {
    const storeMembers = [
      { address: 'e1:2379', problem: '' },
      { address: 'e2:2379', problem: "etcd at e2:2379 can't be reached" },
    ];
    const findings = findingsFor({ storeMembers }).filter(({ about: subject }) => subject === 'etcd');
    assert.deepEqual(
      findings.map(({ level, text }) => [level, text]),
      [['bad', "e2:2379 is lost: etcd at e2:2379 can't be reached"]],
    );
  });

  it('does not advise more memory for a replica that failed to load', () => {
    const reason = 'its replica failed on w1, and is loaded again later';
    const need = about(
      findingsFor({ unmetNeeds: [fakeUnmetNeed({ variant: 'b:fp16', cause: 'failed', reason })] }),
      'b:fp16',
    );
    assert.match(need?.text ?? '', /its replica failed on w1/);
    assert.match(need?.advice ?? '', /has the reason/);
    assert.doesNotMatch(need?.advice ?? '', /memory/);
  });

  it('suggests the command that shows logs only for services with logs on this machine', () => {
    const broken = { workers: [fakeWorker({ connected: false })], tasks: [fakeTaskLoad({ failedPerSecond: 1 })] };
    const advice = (...logs: string[]): string =>
      [...findingsFor({ leader: '' }, [], logs), ...findingsFor(broken, [], logs)]
        .map((finding) => finding.advice ?? '')
        .join('\n');
    assert.doesNotMatch(advice(), /pareto logs/);
    assert.match(
      advice(),
      /see the log of the controller, on its host\n[\s\S]*\nits log, on its host, shows why; if it will not return, 'pareto forget w1'\n/,
    );
    const local = advice('controller-1', 'worker-2', 'w1');
    for (const command of ['controller', 'worker', 'w1', '--level warn'])
      assert.ok(local.includes(`'pareto logs ${command}'`));
  });

  it('says that a new leader waits for workers, instead of that they are disconnected', () => {
    const awaited = ['w1', 'w2'].map((workerId) => fakeWorker({ workerId, connected: false, awaited: true }));
    const findings = findingsFor({ leadingMs: 2_000, workers: awaited });
    assert.deepEqual(
      findings.filter(({ level }) => level === 'bad'),
      [],
    );
    assert.match(about(findings, 'controller')?.text ?? '', /^a:1 has led for 2 s, 1 other on standby/);
    assert.deepEqual(about(findings, 'workers'), {
      ...{ level: 'warning', about: 'workers', text: 'waiting for 2 workers to reconnect' },
      advice: 'the leader is new: check again in 10 s; routers use the workers meanwhile',
    });
    const partly = findingsFor({ workers: [fakeWorker(), ...awaited.slice(1)] });
    assert.match(about(partly, 'workers')?.text ?? '', /^1 connected, .*; waiting for 1 worker to reconnect$/);
    assert.match(about(partly, 'workers')?.advice ?? '', /^the connection broke a moment ago: /);
  });

  it('has no finding about a worker that was stopped as planned', () => {
    const stopped = fakeWorker({ workerId: 'w2', connected: false, departed: true });
    const findings = findingsFor({ workers: [fakeWorker(), stopped] });
    assert.deepEqual([...new Set(findings.map(({ level }) => level))], ['good']);
    assert.equal(about(findings, 'w2'), undefined);
    assert.equal(about(findingsFor({ workers: [stopped] }), 'workers')?.level, 'bad', 'no other is connected');
  });

  it('counts the routers of all controllers', () => {
    const router = { kind: 'serves', tableAgeMs: 0 } as const;
    const textFor = (leader: string, ...controllers: readonly string[]): string | undefined => {
      const routers = controllers.map((controller, i) => ({ routerId: `r${i}`, address: `r:${i}`, controller }));
      const overview = fakeOverview({ leader });
      const status = { overview, jobs: [], routers, router, routerAddress: 'r:1', localLogs: [] };
      return about(findingsOf(status), 'router')?.text;
    };
    assert.equal(textFor('a:1', 'a:1', 'a:1'), '2 routers; r:1 is ready');
    assert.equal(textFor('a:1', 'a:1', 'b:1'), '2 routers, 1 with the table of a standby controller; r:1 is ready');
    assert.equal(textFor('', 'a:1', 'b:1'), '2 routers; r:1 is ready');
    assert.equal(textFor(''), 'r:1 is ready');
  });

  it('separates queries that no variant can meet from a lack of workers', () => {
    const load = { refusedPerSecond: 1, p50Ms: 1, p99Ms: 3 };
    const findingFor = (attainment: number, infeasibleShare: number): Finding | undefined =>
      about(findingsFor({ tasks: [fakeTaskLoad({ ...load, attainment, infeasibleShare })] }), 'digits');
    const infeasible = findingFor(0.9, 0.1);
    assert.match(infeasible?.text ?? '', /90.0 % within the objective: no variant can meet the objective of 10.0 % of/);
    assert.match(infeasible?.advice ?? '', /^relax that objective: 'pareto frontier digits' shows/);
    assert.match(findingFor(0, 1)?.advice ?? '', /^relax that objective/);
    const both = findingFor(0.5, 0.1);
    assert.match(both?.text ?? '', /: 1.0\/s are refused; no variant can meet the objective of 10.0 % of the queries$/);
    assert.match(both?.advice ?? '', /^add workers, or relax/);
  });

  it('warns of problems and advises what to do', () => {
    const replica = fakeReplica({ state: 'FAILED', reason: 'out of memory', variant: 'a:fp16' });
    const tasks = [fakeTaskLoad({ attainment: 0.5, refusedPerSecond: 4, p50Ms: 1, p99Ms: 3 })];
    const jobs = [fakeJob('cnn', [fakeStep('make', 'failed', { detail: 'killed' })], { done: true })];
    const findings = findingsFor(
      { workers: [fakeWorker({ draining: true, replicas: [replica] })], tasks, notices: ['careful'] },
      jobs,
    );
    assert.deepEqual(
      findings.filter(({ level }) => level === 'warning').map((finding) => finding.about),
      ['notice', 'w1', 'digits', 'cnn'],
    );
    assert.equal(about(findings, 'a:fp16')?.level, 'bad', 'no other replica of the variant is ready');
    assert.match(about(findings, 'digits')?.text ?? '', /50\.0 % within the objective: 4\.0\/s are refused/);
    assert.match(about(findings, 'a:fp16')?.text ?? '', /failed on w1: out of memory/);
  });

  it('only warns of a failed or quarantined replica if another one of its variant is ready, or none is to be', () => {
    const failed = fakeReplica({ state: 'FAILED', reason: 'no disk space left' });
    const levels = (...replicas: wire.ReplicaReport[]): readonly string[] =>
      findingsFor({ workers: [fakeWorker({ replicas })] })
        .filter(({ about: of }) => of === 'a:fp16')
        .map(({ level }) => level);
    assert.deepEqual(levels(failed, fakeReplica({ state: 'READY' })), ['warning']);
    assert.deepEqual(levels(fakeReplica({ state: 'FAILED', quarantined: true })), ['warning']);
    assert.deepEqual(levels(failed), ['bad']);
  });

  it('counts no replicas of a worker that is not connected, unless no leader knows', () => {
    const workers = [fakeWorker({ connected: false, replicas: [fakeReplica({ state: 'READY' })] })];
    assert.equal(about(findingsFor({ workers }), 'replicas')?.text, '0 ready');
    assert.equal(
      about(findingsFor({ workers, leader: '' }), 'replicas')?.text,
      '1 ready in the last report to a leader',
    );
  });

  it('warns of replicas that other load disturbs', () => {
    const mixed = findingsFor({ workers: [fakeWorker({ replicas: [fakeReplica({ mixedReason: 'in a batch' })] })] });
    assert.ok(mixed.some(({ text }) => text.endsWith('w1 other answers than alone: in a batch')));
    const findings = findingsFor({ workers: [fakeWorker({ replicas: [fakeReplica({ interfered: true })] })] });
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'good').map(({ level, about: of, text }) => [level, of, text]),
      [
        [
          'warning',
          'a:fp16',
          'is or was interfered on w1 in the last minute: its batches take over 1.25 times as long as profiled',
        ],
      ],
    );
  });

  it('warns of the limits that were reached, with their flags', () => {
    const limitsReached = [
      { service: 'router', id: 'router-1', limits: [{ limit: 'connections', count: 12 }] },
      { service: 'worker', id: 'w1', limits: [{ limit: 'of-a-newer-release', count: 1 }] },
      { service: 'controller', id: '', limits: [{ limit: 'small-message-bytes', count: 2 }] },
    ];
    const findings = findingsFor({ workers: [fakeWorker()], limitsReached });
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'good'),
      [
        {
          ...{ level: 'warning', about: 'router-1' },
          text: 'reached the limit connections 12 times in the last minute: connections to one process, over all its ports for calls',
          advice: 'raise --max-connections; or find the client that opens them: one connection carries many calls',
        },
        { level: 'warning', about: 'w1', text: 'reached the limit of-a-newer-release 1 time in the last minute' },
        {
          ...{ level: 'warning', about: 'controller' },
          text: 'reached the limit small-message-bytes 2 times in the last minute: size of any other message of a client',
          advice: 'find the client that sends such requests: no call without tensors needs as much',
        },
      ],
    );
  });

  it('warns of queries whose variant lacks a replica, with the time since and advice by the cause', () => {
    const unmetNeeds = [
      fakeUnmetNeed({ cause: 'compute', ageMs: 192_000 }),
      fakeUnmetNeed({ variant: 'b:fp16', source: 'held', reason: 'queries are held for it: no memory' }),
      fakeUnmetNeed({ variant: 'b:fp16', ageMs: 3_000 }),
      fakeUnmetNeed({ variant: 'c:fp16', cause: 'no-worker' }),
      fakeUnmetNeed({ variant: 'd:fp16', cause: 'residency' }),
      ...['eviction', 'unmeasured', 'excluded', 'of-a-newer-release'].map((cause) => fakeUnmetNeed({ cause })),
      ...['minimum', 'warmth', 'succession', 'spare', 'recently-used', ''].map((source) => fakeUnmetNeed({ source })),
    ];
    const findings = findingsFor({ workers: [fakeWorker()], unmetNeeds });
    assert.deepEqual(
      findings.filter(({ level }) => level !== 'good'),
      [
        {
          ...{ level: 'warning', about: 'a:fp16', text: 'lacks a replica for 3 min 12 s: demand: none has room' },
          advice: 'add workers: the slots of those that have its hardware class have no time left',
        },
        {
          ...{
            level: 'warning',
            about: 'b:fp16',
            text: 'lacks a replica for 12 s: queries are held for it: no memory',
          },
          advice:
            "add a worker, raise --memory of one, or free memory: 'pareto get replicas -o wide' shows what uses it",
        },
        {
          ...{ level: 'warning', about: 'c:fp16', text: 'lacks a replica for 12 s: demand: none has room' },
          advice: "start a worker of its hardware class, or return a drained one to service: 'pareto get workers'",
        },
        {
          ...{ level: 'warning', about: 'd:fp16', text: 'lacks a replica for 12 s: demand: none has room' },
          advice: 'the replica follows those on the worker; if this returns, add a worker, or raise --memory of one',
        },
      ],
    );
  });

  it('lists the five needs that are unmet for the longest time, and counts the others', () => {
    const unmetNeeds = Array.from({ length: 7 }, (_, i) => fakeUnmetNeed({ variant: `v${i}`, ageMs: i * 1_000 }));
    const warnings = findingsFor({ workers: [fakeWorker()], unmetNeeds }).filter(({ level }) => level === 'warning');
    assert.deepEqual(
      warnings.map(({ about: subject }) => subject),
      ['v6', 'v5', 'v4', 'v3', 'v2', 'needs'],
    );
    assert.deepEqual(warnings.at(-1), {
      ...{ level: 'warning', about: 'needs', text: '2 more variants lack a replica' },
      advice: "'pareto describe TASK' lists them",
    });
  });

  it('advises another router if the given one is unreachable', () => {
    const overview = fakeOverview({ workers: [fakeWorker()] });
    const routers = [{ routerId: 'r', address: 'r:1', controller: 'a:1' }];
    const router = { kind: 'unreachable' } as const;
    const findings = findingsOf({ overview, jobs: [], routers, router, routerAddress: 'x:1', localLogs: [] });
    assert.deepEqual([about(findings, 'router')?.level, about(findings, 'router')?.advice], ['bad', '--router r:1']);
  });
});
