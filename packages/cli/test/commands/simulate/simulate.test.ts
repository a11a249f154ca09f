import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { createTempFolder, startChild, waitFor, type TempFolder } from '@pareto/testkit';
import { startProgramWith, type Running } from '../../support/run-program.js';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

const scenario = (duration: string, rate = 50): string => `
duration: ${duration}
fleet: { classes: { cpu: { usdPerSlotHour: 1 } }, workers: [{ class: cpu, count: 2, slots: 2, memoryMib: 8192 }] }
registry:
  variants:
    - { name: a, task: t, accuracy: 0.9, profiles: [{ class: cpu, memoryMib: 9, load: 1s, points: [{ batch: 1, p50Ms: 5, p95Ms: 6, p99Ms: 8 }] }] }
traffic: [{ task: t, arrivals: { process: poisson, rate: ${rate} }, objectives: [{ latencyMs: 50 }] }]
`;

const standard = `
duration: 30m
registry: standard
fleet: standard
traffic: { standard: daily-bursts, window: 3 }
`;

/** Returns the pids of the processes that a process has started. */
const childrenOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .map(Number)
    .filter((child) => child > 0);

/** Returns whether a process has computed for a second. */
const isBusy = (pid: number): boolean => {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(fields.split(' ')[11]) > 100;
};

interface Report {
  readonly isPartial: boolean;
  readonly finished: number;
  readonly runs: number;
  readonly policies: readonly { readonly attainment: { readonly mean: number } }[];
  readonly results: readonly { readonly seed: number; readonly simulatedMs: number; readonly series?: unknown }[];
}

describe('pareto simulate', function () {
  this.timeout(120_000);
  let folder: TempFolder;
  let file: string;
  beforeEach(async () => {
    folder = await createTempFolder();
    file = folder.file('short.yaml');
    await writeFile(file, scenario('5s'));
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const start = (...argv: readonly string[]): Running => startProgramWith(systemClock, ['simulate', ...argv]);
  const read = async (name: string): Promise<Report> => JSON.parse(await readFile(folder.file(name), 'utf8')) as Report;

  it('prints a table', async () => {
    const { stdout, stderr, code } = await start(file).ended;
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^POLICY +ON TIME +ACCURACY +OVER ALL +COST\/H .*\npareto +[\d.]+ % +90\.0 % .*\n\nPlans of pareto, by time: exact /,
    );
  });

  it('writes JSON and a page, and prints JSON without the series', async () => {
    const reports = ['--json', folder.file('a.json'), '--html', folder.file('a.html')];
    const { stdout, stderr, code } = await start(file, '--seeds', '2', ...reports, '-o', 'json').ended;
    assert.equal(code, 0, stderr);
    const [written, printed] = [await read('a.json'), JSON.parse(stdout) as Report];
    for (const report of [written, printed]) {
      const { isPartial, finished, runs, policies, results } = report;
      assert.deepEqual([isPartial, finished, runs, policies.length], [false, 2, 2, 1]);
      assert.deepEqual(
        results.map(({ seed, simulatedMs }) => [seed, simulatedMs]),
        [
          [1, 5_000],
          [2, 5_000],
        ],
      );
      assert.ok((policies[0]?.attainment.mean ?? 0) > 0.5);
    }
    assert.ok(written.results.every(({ series }) => series !== undefined));
    assert.ok(printed.results.every(({ series }) => series === undefined));
    const page = await readFile(folder.file('a.html'), 'utf8');
    assert.match(page, /<h1>Simulation: short<\/h1>/);
    assert.doesNotMatch(page, /is partial/);
    assert.match(stderr, /wrote .*a\.json\nwrote .*a\.html\n$/);
  });

  it('leaves a partial report when it is interrupted, and resumes to the same bytes', async () => {
    await writeFile(file, scenario('20s'));
    const reports = ['--json', folder.file('a.json'), '--html', folder.file('a.html')];
    const first = startChild(process.execPath, [main, 'simulate', file, '--seeds', '4', '--jobs', '1', ...reports]);
    while (!first.output.includes('seed 1')) await sleep(5);
    first.kill('SIGINT');
    const { code } = await first.exited;
    const { output } = first;
    assert.equal(code, 130, output);
    assert.match(output, /\n\npartial: [123] of 4 runs are finished\n/);
    assert.match(output, /repeat the command with --resume to continue\n/);
    const partial = await read('a.json');
    assert.deepEqual([partial.isPartial, partial.runs], [true, 4]);
    assert.match(
      await readFile(folder.file('a.html'), 'utf8'),
      /This report is partial:.* [123] of 4 runs are finished/,
    );
    const resumed = await start(file, '--seeds', '4', ...reports, '--resume').ended;
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stderr, /^[123] of 4 runs are finished already\n/);
    const whole = await start(file, '--seeds', '4', '--json', folder.file('b.json')).ended;
    assert.equal(whole.code, 0, whole.stderr);
    assert.equal(await readFile(folder.file('a.json'), 'utf8'), await readFile(folder.file('b.json'), 'utf8'));
  });

  it('does not resume with the results of another scenario', async () => {
    const json = ['--json', folder.file('a.json')];
    await start(file, ...json).ended;
    await writeFile(file, scenario('5s', 51));
    const { stderr } = await start(file, ...json, '--resume').ended;
    assert.match(stderr, /^0 of 1 runs are finished already\n/);
  });

  it('continues after it was killed', async () => {
    await writeFile(file, scenario('20s'));
    const argv = [main, 'simulate', file, '--seeds', '3', '--jobs', '1', '--json', folder.file('a.json')];
    const child = startChild(process.execPath, argv);
    const isFinished = async (): Promise<boolean> => {
      const names = await readdir(folder.file('a.json.runs'), { recursive: true }).catch(() => []);
      return names.some((name) => name.endsWith('.json'));
    };
    while (!(await isFinished())) await sleep(5);
    child.kill('SIGKILL');
    await child.exited;
    const { stderr, code } = await start(...argv.slice(2), '--resume').ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^[123] of 3 runs are finished already\n/);
    assert.equal((await read('a.json')).finished, 3);
  });

  it('may run twice at the same time with one report', async () => {
    const argv = [file, '--seeds', '3', '--json', folder.file('a.json')];
    const both = await Promise.all([start(...argv).ended, start(...argv, '--resume').ended]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual((await read('a.json')).finished, 3);
  });

  it('runs the clairvoyant, and states the bound of the cost', async () => {
    const { stdout, stderr, code } = await start(file, '--policy', 'pareto', 'clairvoyant').ended;
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^POLICY .* BOUND ×\npareto .*\nclairvoyant .*\n\nNo policy can answer 99\.0 % of the queries on/,
    );
    const { stdout: json } = await start(file, '--policy', 'clairvoyant', '-o', 'json').ended;
    const { bound } = JSON.parse(json) as { readonly bound: { readonly usdPerHour: { readonly mean: number } } };
    assert.ok(bound.usdPerHour.mean > 0);
  });

  for (const [signals, expected] of [
    [['SIGKILL'], null],
    [['SIGINT'], 130],
    [['SIGINT', 'SIGINT'], 130],
  ] as const)
    it(`ends the solver of the clairvoyant at ${signals.join(' and ')}`, async function () {
      if (!existsSync('/usr/bin/setpriv')) return this.skip();
      // Planning takes minutes.
      await writeFile(file, standard);
      await using child = startChild(process.execPath, [main, 'simulate', file, '--policy', 'clairvoyant']);
      const solver = await waitFor('the solver to compute', () => childrenOf(child.pid).find(isBusy), 60_000);
      // In a terminal, Ctrl-C reaches all processes.
      if (expected !== null) process.kill(solver, 'SIGINT');
      for (const signal of signals) child.kill(signal);
      assert.equal((await child.exited).code, expected, child.output);
      await waitFor('its end', () => (existsSync(`/proc/${solver}`) ? undefined : true), 20_000);
      if (signals.length === 1 && expected !== null) assert.match(child.output, /partial: 0 of 1 runs are finished/);
    });

  const invalid: readonly (readonly [argv: readonly string[], message: RegExp, code: number])[] = [
    [
      ['--policy', 'parteo'],
      /^pareto: there is no policy "parteo" \(the policies are pareto.*: did you mean pareto\?\n$/,
      1,
    ],
    [
      ['--resume'],
      /^pareto: --resume needs --json or --html: the finished runs are in a folder next to the report\n$/,
      1,
    ],
    [['--seeds', 'x'], /^pareto: option '--seeds <n\|list>' argument 'x' is invalid\. Expected a number of seeds/, 2],
    [['--days', '0'], /^pareto: option '--days <n>' argument '0' is invalid\./, 2],
    [
      ['--json', '/dev/null'],
      /^pareto: can't write \/dev\/null: it is not a regular file; pass the path of a file\n$/,
      1,
    ],
  ];
  for (const [argv, message, expected] of invalid)
    it(`rejects ${argv.join(' ')}`, async () => {
      const { stderr, code } = await start(file, ...argv).ended;
      assert.match(stderr, message);
      assert.equal(code, expected);
    });

  it('names the line of a mistake in the scenario', async () => {
    await writeFile(file, scenario('5s').replace('count: 2', 'count: two'));
    const { stderr, code } = await start(file).ended;
    assert.match(
      stderr,
      /short\.yaml:3: fleet\.workers\[0\]\.count: expected a whole number .*, received "two"; for example/,
    );
    assert.equal(code, 1);
  });
});
