import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '@pareto/core';
import { createTempFolder } from '@pareto/testkit';
import { completionScript } from '../../../src/commands/completion/scripts.js';
import { createFakeStorage, startFakeController, type FakeController } from '../../support/fake-controller.js';
import { fakeWorker } from '../../support/fake-overview.js';
import { startProgramWith } from '../../support/run-program.js';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

describe('pareto __complete', () => {
  let controller: FakeController;
  beforeEach(async () => {
    const storage = createFakeStorage();
    storage.names.push('digits');
    controller = await startFakeController(storage);
    controller.overview = { workers: [fakeWorker({ workerId: 'worker-1' }), fakeWorker({ workerId: 'worker-2' })] };
  });
  afterEach(() => controller[Symbol.dispose]());

  /** Runs on the real clock: reading names has a time limit of 300 ms. */
  async function complete(...words: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await startProgramWith(systemClock, ['__complete', ...words]).ended;
    assert.deepEqual([code, stderr], [0, '']);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : (line.split('\t')[0] ?? '')));
  }

  it('completes commands, options and their values', async () => {
    assert.deepEqual(await complete('des'), ['describe']);
    assert.ok((await complete('infer', '--la')).includes('--latency-ms'));
    assert.ok((await complete('top', '--')).includes('--controller'));
    assert.deepEqual(await complete('top', '--sort', 'p'), ['p99']);
    assert.deepEqual(await complete('top', '-o', 'j'), ['json']);
    assert.deepEqual(await complete('top', '--sort=p'), ['--sort=p99']);
    assert.ok((await complete('get', '')).includes('variants'));
    assert.deepEqual(await complete('completion', 'z'), ['zsh']);
    assert.deepEqual(await complete('register', 'x'), [':files']);
    assert.deepEqual(await complete('logs', '--data-dir', ''), [':files']);
    assert.ok(!(await complete('')).includes('list'), 'hidden commands');
  });

  it('completes names of the cluster at --controller', async () => {
    const at = ['--controller', controller.address];
    assert.deepEqual(await complete(...at, 'drain', 'w'), ['worker-1', 'worker-2']);
    assert.deepEqual(await complete(...at, 'describe', ''), ['digits', 'worker-1', 'worker-2']);
    assert.deepEqual(await complete('get', 'worker', ...at, 'worker-2'), ['worker-2']);
    assert.deepEqual(await complete(...at, 'infer', '--target', 'd'), ['digits']);
    controller.rules.push({ id: 'r7' });
    assert.deepEqual(await complete(...at, 'rules', 'remove', ''), ['r7']);
    assert.deepEqual(await complete(...at, 'lift', ''), ['r7'], 'former name of rules remove');
  });

  it('prints nothing if no cluster is reachable', async () => {
    assert.deepEqual(await complete('--controller', '127.0.0.1:9', 'describe', ''), []);
  });

  it('works in bash, including names with colons', async () => {
    await using folder = await createTempFolder();
    const command = folder.file('pareto');
    await writeFile(command, `#!/bin/sh\nprintf 'cnn:fp16\\tvariant\\ncnn:int8\\tvariant\\n'\n`);
    await chmod(command, 0o755);
    await writeFile(folder.file('script'), completionScript('bash', command));
    const bashCompletion = (line: string, words: string): string =>
      `source '${folder.file('script')}'; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _pareto pareto; printf '%s ' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      bashCompletion('pareto describe cnn:', "pareto describe cnn ':'"),
    ]);
    assert.equal(stdout, 'fp16 int8 ');
    const real = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
    await writeFile(command, real);
    const { stdout: sort } = await promisify(execFile)('bash', [
      '-c',
      bashCompletion('pareto top --sort ', "pareto top --sort ''"),
    ]);
    assert.equal(sort, 'rate p99 attainment cost name ');
    const { stdout: printed } = await startProgramWith(systemClock, ['completion', 'bash']).ended;
    await writeFile(folder.file('script'), printed);
    const { stdout: aliased } = await promisify(execFile)('bash', [
      '-c',
      `PATH=${dirname(process.execPath)}:/usr/bin:/bin; ${bashCompletion('pareto top --sort ', "pareto top --sort ''")}`,
    ]);
    assert.equal(aliased, 'rate p99 attainment cost name ', 'an alias, which is no command on the PATH');
  }).timeout(30_000);
});
