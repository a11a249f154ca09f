import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { milliseconds, systemClock } from '@pareto/core';
import { restartDelay, supervise, type Supervised } from '../../src/cluster/supervised.js';

const never = new AbortController().signal;

describe('supervise', () => {
  let folder: string;
  const lines: string[] = [];
  const restarts: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pareto-supervised-'));
    lines.length = restarts.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function start(code: string): Promise<Supervised> {
    const script = join(folder, 'child.mjs');
    await writeFile(script, code);
    const options = {
      clock: systemClock,
      onLine: (_name: string, line: string) => void lines.push(line),
      onRestart: (_name: string, reason: string) => void restarts.push(reason),
    };
    return supervise(
      {
        name: 'child',
        script,
        execArgv: [],
        args: [],
        logs: [{ name: 'child', role: 'router', file: join(folder, 'child.log') }],
      },
      options,
    );
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await systemClock.sleep(milliseconds(5));
  }

  it('restarts a killed process and keeps its output', async () => {
    const child = await start('console.log(`up ${process.pid}`); setInterval(() => {}, 1000);');
    await until(() => lines.length === 1);
    child.keepAlive();
    process.kill(child.pid ?? 0, 'SIGKILL');
    await until(() => lines.length === 2);
    assert.deepEqual(restarts, ['was killed by SIGKILL']);
    await child.stop(milliseconds(1000), never);
    assert.equal((await readFile(join(folder, 'child.log'), 'utf8')).trim().split('\n').length, 2);
  });

  it('splits the output of a process by its services', async () => {
    const line = (service: string, text: string): string =>
      `console.log('{"service":"${service}","message":"${text}"}');`;
    const script = join(folder, 'child.mjs');
    const code = [line('router', 'a'), line('worker', 'b'), 'console.log("its stack");', line('router', 'c')];
    await writeFile(script, `${code.join('\n')} setInterval(() => {}, 1000);`);
    const logs = ['router', 'worker'].map((role) => ({ name: `${role}-1`, role, file: join(folder, role) }));
    const options = {
      clock: systemClock,
      onLine: (name: string, text: string) => void lines.push(`${name}: ${/message":"(\w+)/.exec(text)?.[1] ?? text}`),
      onRestart: (name: string) => void restarts.push(name),
    };
    const child = supervise({ name: 'both', script, execArgv: [], args: [], logs }, options);
    await until(() => lines.length === 4);
    assert.deepEqual(lines, ['router-1: a', 'worker-1: b', 'worker-1: its stack', 'router-1: c']);
    child.keepAlive();
    process.kill(child.pid ?? 0, 'SIGKILL');
    await until(() => lines.length === 8);
    assert.deepEqual(restarts, ['router-1', 'worker-1']);
    await child.stop(milliseconds(1000), never);
    assert.match(await readFile(join(folder, 'worker'), 'utf8'), /^[^\n]*"b"}\nits stack\n/);
  });

  it('removes the variables of this command from its environment', async () => {
    process.env['PARETO_CERTS'] = 'certs';
    try {
      const child = await start('console.log(`${process.env.PARETO_CERTS} ${process.env.PATH !== undefined}`);');
      await until(() => lines.length === 1);
      assert.deepEqual(lines, ['undefined true']);
      await child.stop(milliseconds(1000), never);
    } finally {
      delete process.env['PARETO_CERTS'];
    }
  });

  it('fails with the last line of a process that fails to start', async () => {
    const child = await start('console.error("port 1 is taken"); process.exit(1);');
    await assert.rejects(child.failed, /child could not start: port 1 is taken/);
    await child.stop(milliseconds(1000), never);
    assert.deepEqual(restarts, []);
  });

  it('kills a process that ignores SIGTERM, after the grace or immediately', async () => {
    for (const kill of [never, AbortSignal.abort()]) {
      const child = await start('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000);');
      await until(() => lines.includes('up'));
      await child.stop(milliseconds(kill.aborted ? 60_000 : 50), kill);
      assert.equal(child.pid, undefined);
      lines.length = 0;
    }
  });

  it('doubles the delay after each short run, up to a limit', () => {
    assert.deepEqual([0, 1, 2, 10].map(restartDelay), [250, 500, 1000, 10_000]);
  });
});
