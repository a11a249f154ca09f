import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTempFolder, startChild } from '@pareto/testkit';
import { fixture, order, startTestWorker } from './support/harness.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

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
    await using worker = startChild('setpriv', [...withoutNamespaces, program, ...flags]);
    assert.deepEqual(await worker.exited, { code: 1, signal: null });
    assert.match(
      worker.output,
      /cannot isolate the processes that handle models as --require-isolation demands.*network \(/,
    );
  });
});

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
