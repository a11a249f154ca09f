// Runs mocha and counts the results, for all commands that run tests.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './script.mjs';

/** Maximum number of runs at the same time, without those that mostly wait or only use idle processors. */
const lanes = 3;

/**
 * Runs mocha once for each list of arguments, some at the same time, in the given order. A run of the form `{ waits }`,
 * with its arguments, mostly waits, and one of the form `{ idle }` only uses the processors that the others leave: both
 * start immediately. Returns the numbers of passed, failed and skipped tests. Shows the output of the first run
 * immediately, and that of the others when it has finished. The output of an idle run is shown at its end.
 */
export async function runTests(runs) {
  const given = runs.map((run, index) => ({
    ...{ args: run.idle ?? run.waits ?? run, inherit: index === 0 && !('idle' in run), idle: 'idle' in run },
    startsNow: !Array.isArray(run),
  }));
  const ended = [];
  let held = '';
  let isShowing = given.some(({ inherit }) => inherit);
  const lane = async (waiting) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ended.push(await runMocha(next.args, { inherit: next.inherit, idle: next.idle }));
      if (next.inherit) isShowing = false;
      else held += ended.at(-1).output;
      if (isShowing) continue;
      process.stdout.write(held);
      held = '';
    }
  };
  const waiting = given.filter(({ startsNow }) => !startsNow);
  const starting = given.filter(({ startsNow }) => startsNow);
  await Promise.all([...starting.map((run) => lane([run])), ...Array.from({ length: lanes }, () => lane(waiting))]);
  const sum = (name) => ended.reduce((total, { results }) => total + results[name], 0);
  const all = (name) => ended.flatMap(({ results }) => results[name]);
  const failures = all('failures');
  return {
    ...{ passed: sum('passed'), failed: failures.length, skipped: sum('skipped') },
    ...{ failures, times: all('times'), cpu: all('cpu') },
  };
}

/** Free memory from which on tests keep their files there. They use a quarter of it at most. */
const minFreeBytes = 4 * 2 ** 30;

/** Returns the folder for the files of tests: in memory, so that they need not wait for the disk, unless `TMPDIR` names one. */
function filesFolder() {
  const inMemory = '/dev/shm';
  if (process.env.TMPDIR !== undefined || !existsSync(inMemory)) return tmpdir();
  const { bavail, bsize } = statfsSync(inMemory);
  return bavail * bsize >= minFreeBytes ? inMemory : tmpdir();
}

const environment = { ...process.env, TMPDIR: filesFolder() };

async function runMocha(args, options) {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-test-'));
  const path = join(folder, 'results.json');
  try {
    const reporter = ['--reporter', join(root, 'scripts/mocha-reporter.cjs'), '--reporter-option', `results=${path}`];
    // Mocha's command would start this program in a further process, which costs 0.25 s of CPU. It runs only by its real path.
    const mocha = realpathSync(join(root, 'node_modules/mocha/lib/cli/cli.js'));
    const { code, output } = await run(process.execPath, ['--import=tsx', mocha, ...reporter, ...args], {
      ...{ env: environment, ...options },
    });
    // Missing results mean that a test file could not be loaded.
    const results = existsSync(path)
      ? JSON.parse(readFileSync(path, 'utf8'))
      : { passed: 0, skipped: 0, failures: [], times: [], cpu: [] };
    if (code !== 0 && results.failures.length === 0)
      results.failures.push({ file: args.join(' '), title: 'mocha', reason: `ended with exit code ${code}` });
    return { results, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Maximum number of failures that may be those of unstable tests. */
const maxUnstable = 5;

/**
 * Runs the files of few failures again, alone. Returns the results with the failures that happened again, and those that
 * did not as `unstable`: these tests count as passed.
 */
export async function rerunFailed(results) {
  const files = [...new Set(results.failures.map(({ file }) => file))];
  const isFew = results.failures.length <= maxUnstable && files.every((file) => existsSync(join(root, file)));
  if (files.length === 0 || !isFew) return { ...results, unstable: [] };
  console.log(`\nRunning the files of failed tests again, alone: ${files.join(', ')}`);
  const { failures } = await runTests([files]);
  const again = new Set(failures.map(keyOf));
  const unstable = results.failures.filter((failure) => !again.has(keyOf(failure)));
  return { ...results, passed: results.passed + unstable.length, failed: failures.length, failures, unstable };
}

const keyOf = ({ file, title }) => `${file}: ${title}`;

/** Formats failed tests, so that a long run need not be searched for them. */
export const formatFailures = (heading, failures) =>
  [`${heading}:`, ...failures.map((failure) => `  ${keyOf(failure)}: ${failure.reason}`)].join('\n');

export const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
