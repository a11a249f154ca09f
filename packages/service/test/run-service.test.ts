// How the process of a service ends.

import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'mocha';

const script = fileURLToPath(new URL('./service-child.mjs', import.meta.url));

describe('runService', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pareto-service-'));
    await writeFile(join(folder, 'token'), 'a-secret-of-the-cluster');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (...flags: readonly string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [script, '--cluster-token-file', join(folder, 'token'), '--lame-duck-ms', '0', ...flags]);

  /** Returns the output after `act`, which runs once the service has started, and the exit code. */
  async function endAfter(
    child: ChildProcessWithoutNullStreams,
    act: () => void,
  ): Promise<readonly [string, number | null]> {
    await once(child.stdout, 'data');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
    act();
    const [code] = (await once(child, 'close')) as [number | null];
    return [output, code];
  }

  it('stops in order on SIGTERM, and logs warnings of Node and of an insecure start as lines of JSON', async () => {
    const child = start('--host', '0.0.0.0', '--insecure');
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += String(chunk)));
    assert.deepEqual(await endAfter(child, () => child.kill('SIGTERM')), ['stopped\n', 0]);
    const lines = log.trim().split('\n');
    for (const line of lines) assert.match(line, /^{.*}$/);
    const [warning = '{}'] = lines.filter((line) => line.includes('DEP9999'));
    const { level, message, code, text } = JSON.parse(warning) as Record<string, unknown>;
    assert.deepEqual(
      { level, message, code, text },
      { level: 'warn', message: 'warning of Node', code: 'DEP9999', text: 'this is old' },
    );
    assert.match(log, /"level":"warn".*"host":"0\.0\.0\.0".*INSECURE: without TLS every client/);
  });

  it('stops on SIGTERM after the time of a lame duck, and immediately on a second signal', async () => {
    const startedAt = performance.now();
    const child = start('--lame-duck-ms', '300');
    child.stderr.resume();
    assert.deepEqual(await endAfter(child, () => child.kill('SIGTERM')), ['stopped\n', 0]);
    assert.ok(performance.now() - startedAt >= 300);
    const hurried = start('--lame-duck-ms', '60000');
    const twice = (): void => {
      hurried.kill('SIGTERM');
      hurried.stderr.once('data', () => hurried.kill('SIGINT'));
    };
    assert.deepEqual(await endAfter(hurried, twice), ['', 1]);
  });

  it('stops in order when its supervisor has exited and its log is closed', async () => {
    const child = start('--supervised');
    const leave = (): void => {
      child.stderr.destroy();
      child.stdin.end();
    };
    assert.deepEqual(await endAfter(child, leave), ['stopped\n', 0]);
  });

  it('prints one line if it can not start', async () => {
    const child = start('--port', 'many');
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
    assert.deepEqual(await once(child, 'close'), [1, null]);
    assert.match(output, /^pareto-test: --port.*\n$/);
  });

  /** Returns the standard error of a service until it exits. */
  async function complaint(...flags: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [script, ...flags]);
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
    assert.deepEqual(await once(child, 'close'), [1, null]);
    return output;
  }

  it('requires certificates or a token, and beyond loopback certificates or --insecure', async () => {
    const token = ['--cluster-token-file', join(folder, 'token')];
    const [nothing, reachable, empty] = await Promise.all([
      complaint(),
      complaint('--host', '0.0.0.0', ...token),
      complaint('--certs', folder),
    ]);
    assert.match(nothing, /^pareto-test: --certs FOLDER or --cluster-token-file FILE is required.*\n$/);
    assert.match(reachable, /^pareto-test: --host 0\.0\.0\.0 is reachable.*\n$/);
    assert.match(empty, /^pareto-test: --certs .*: there is no ca\.crt in it.*\n$/);
  });
});
