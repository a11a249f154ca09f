import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { startProgram } from '../../support/run-program.js';

const line = (second: number, level: string, message: string, fields: object = {}): string =>
  `${JSON.stringify({ level, time: `2030-01-01T00:00:0${second}.000Z`, service: 'x', ...fields, message })}\n`;

describe('pareto logs', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
    await mkdir(folder.file('logs'));
    await writeFile(
      folder.file('logs/router.log'),
      line(1, 'info', 'first') + line(3, 'warn', 'third', { reason: 'a b' }),
    );
    await writeFile(folder.file('logs/worker-1.log'), `${line(2, 'error', 'second')}    at somewhere\n`);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const logs = (...more: string[]) => startProgram('logs', '--data-dir', folder.path, ...more);
  const messages = (text: string): string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((each) => each.replace(/\d\d:\d\d:0(\d).000/, '$1'));

  it('merges logs by time and keeps stack traces below their lines', async () => {
    const { stdout } = await logs().ended;
    assert.deepEqual(messages(stdout), [
      'router   1 info  first',
      'worker-1 2 error second',
      'worker-1 2 error     at somewhere',
      'router   3 warn  third reason="a b"',
    ]);
  });

  it('filters by service, level, pattern and age', async () => {
    assert.deepEqual(messages((await logs('worker', '-n', '1').ended).stdout), ['worker-1 2 error     at somewhere']);
    assert.deepEqual(messages((await logs('--level', 'warn', '--grep', 'THIRD').ended).stdout), [
      'router   3 warn  third reason="a b"',
    ]);
    const old = line(1, 'info', 'old').replace('2030', '2001');
    await writeFile(folder.file('logs/router.log'), old + line(3, 'info', 'young'));
    assert.deepEqual(messages((await logs('router', '--since', '1h').ended).stdout), ['router 3 info  young']);
    assert.deepEqual((await logs('router', '-o', 'json', '-n', '2').ended).stdout, old + line(3, 'info', 'young'));
  });

  it('follows logs, including those of services that start later', async () => {
    const following = logs('-f', '-n', '0');
    const append = async (): Promise<true | undefined> => {
      await appendFile(folder.file('logs/worker-2.log'), line(4, 'info', 'later'));
      return following.written.stdout.includes('later') ? true : undefined;
    };
    await waitFor('the line', append);
    following.stop();
    assert.equal((await following.ended).code, 0);
    assert.match(following.written.stdout, /^worker-2 .* later$/m);
  });

  it('fails with the folder if there are no logs, and suggests a service for an unknown one', async () => {
    assert.match(
      (await startProgram('logs', '--data-dir', '/nowhere').ended).stderr,
      /there are no logs in \/nowhere\/logs: pass the data folder of 'pareto up'/,
    );
    assert.match((await logs('ruter').ended).stderr, /there is no log of ruter: did you mean router\?/);
  });
});
