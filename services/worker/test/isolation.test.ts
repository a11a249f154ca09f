import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { wire } from '@pareto/protocol';
import { createTempFolder, matrixModel, startChild, waitFor, type Child } from '@pareto/testkit';
import { fixture, order, startTestWorker } from './support/harness.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** First of ids that no other service of this host uses. The first of their blocks, from 63008 on, has two for processes. */
const executorUid = 63_021;
const [firstBlock, secondBlock] = [63_008, 63_024];

describe('isolation of executors', function () {
  this.timeout(60_000);
  before(function () {
    if (process.getuid?.() === 0) return;
    Object.assign(this.test?.parent ?? {}, { skipReason: 'only root can start processes as other users' });
    this.skip();
  });

  it('runs each as a user of its own, without privileges and network', async () => {
    await using worker = await startTestWorker();
    worker.controller.order({ revision: 1, replicas: [order('a', worker.spec('a', fixture('addsub')))] });
    await worker.controller.waitForReplica('a', ({ state }) => state === 'READY');
    const executors = executorsOf(process.pid);
    assert.ok(executors.length > 0);
    const limits = executors.map(
      (pid) => /^Max data size +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1],
    );
    assert.ok(limits.some((limit) => limit !== 'unlimited'));
    const users = executors.map((pid) => statusOf(pid, 'Uid'));
    assert.equal(new Set(users).size, users.length);
    for (const pid of executors) {
      assert.ok(Number(statusOf(pid, 'Uid')) >= 60_608);
      assert.equal(statusOf(pid, 'NoNewPrivs'), '1');
      assert.equal(Number.parseInt(statusOf(pid, 'CapEff'), 16), 0);
      assert.notEqual(readlinkSync(`/proc/${pid}/ns/net`), readlinkSync('/proc/self/ns/net'));
    }
  });

  it('lets executors share a user id while other services of the host have all, and reports it', async () => {
    await using services = await claimUserIds(firstBlock);
    await using worker = await startTestWorker({ executorUid });
    const isReported = ({ userIdShortage }: { readonly userIdShortage: string }): boolean =>
      /one could read the memory and files of another: .*63022 to 63532; .*--executor-uid/.test(userIdShortage);
    await worker.controller.waitForReport('the shortage', isReported);
    const shared = executorsOf(process.pid).map((pid) => statusOf(pid, 'Uid'));
    assert.ok(shared.includes(String(executorUid)), shared.join());
    await services.stop();
    worker.controller.order({ revision: 1, replicas: [order('a', worker.spec('a', matrixModel(600)))] });
    await worker.controller.waitForReplica('a', ({ state }) => state === 'READY');
    assert.ok(executorsOf(process.pid).some((pid) => Number(statusOf(pid, 'Uid')) > executorUid));
  });

  it('loads no model with --require-isolation for whose process no user id is left, and keeps the others', async () => {
    await using _services = await claimUserIds(secondBlock);
    await using worker = await startTestWorker({ executorUid, requireIsolation: true });
    const spec = worker.spec('large', matrixModel(600));
    const ids = Array.from({ length: 3 }, (_, index) => `r${index}`);
    worker.controller.order({ revision: 1, replicas: ids.map((id) => order(id, spec)) });
    const isSettled = ({ state, reason }: wire.ReplicaReport): boolean => state === 'READY' || reason !== '';
    const reports = await Promise.all(ids.map((id) => worker.controller.waitForReplica(id, isSettled)));
    const reasons = reports.map(({ reason }) => reason).filter((reason) => reason !== '');
    assert.equal(reasons.length, 1);
    assert.match(
      reasons[0] ?? '',
      /--require-isolation demands\. Missing: user-ids \(services or other processes of this host/,
    );
    const users = executorsOf(process.pid).map((pid) => Number(statusOf(pid, 'Uid')));
    assert.deepEqual([new Set(users).size, users.includes(executorUid)], [2, false]);
    assert.equal(worker.controller.reports.at(-1)?.userIdShortage, '');
  });

  it('is required with --require-isolation: the worker states what is missing, and exits', async () => {
    await using temp = await createTempFolder();
    await temp.put({ token: 'a-secret-that-is-long-enough' });
    const flags = [
      '--cluster-token-file',
      temp.file('token'),
      '--cache-dir',
      temp.file('cache'),
      '--require-isolation',
    ];
    const withoutNamespaces = ['--bounding-set=-sys_admin', '--inh-caps=-sys_admin', '--', process.execPath];
    const withoutIds = ['env', process.execPath, program, ...flags, '--executor-uid', String(executorUid)];
    await using _services = await claimUserIds(firstBlock);
    const missing = { network: ['setpriv', ...withoutNamespaces, program, ...flags], 'user-ids': withoutIds };
    for (const [protection, [command = '', ...args]] of Object.entries(missing)) {
      await using worker = startChild(command, args);
      assert.deepEqual(await worker.exited, { code: 1, signal: null });
      assert.match(worker.output, /cannot isolate the processes that handle models as --require-isolation demands/);
      assert.match(worker.output, new RegExp(`[:;] ${protection} \\(`));
    }
  });
});

/**
 * Claims the user ids from the given block on, as other services do. Processes of a worker with `executorUid` then have the ids of
 * the blocks before. The locks end with the process.
 */
async function claimUserIds(first: number): Promise<Child> {
  const script = `mkdir -p -m 700 /run/pareto
    for block in $(seq ${first} 16 ${executorUid + 511}); do
      exec {file}>>/run/pareto/user-ids-$block; flock --wait 60 $file
    done
    echo claimed; exec sleep 1000`;
  const child = startChild('bash', ['-c', script]);
  await waitFor('the claim', () => child.output.includes('claimed') || undefined);
  return child;
}

/** Returns the executors that a process started, without those that do not run the program yet. */
function executorsOf(parent: number): readonly number[] {
  const args = ['-o', 'pid=,args=', '--ppid', String(parent)];
  const lines = execFileSync('ps', args, { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => isExecutor.test(line)).map((line) => Number.parseInt(line, 10));
}

const isExecutor = /^ *\d+ \S*node .*executor-main/;

/** Returns the first value of a field of a process's status. */
const statusOf = (pid: number, field: string): string =>
  new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
