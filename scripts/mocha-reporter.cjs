// The reporter of `npm test`: prints mocha's spec output without its summary, and the reason of each skipped test.
// Writes the counts, failures and times to a file (reporter option `results`) for scripts/run-tests.mjs.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters, Runner } = require('mocha');
const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_HOOK_END } = Runner.constants;
const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_TEST_END } = Runner.constants;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, skipped: 0 };
    const skipped = [];
    const failures = [];
    const times = createTimes();
    runner.on(EVENT_TEST_PASS, () => (counts.passed += 1));
    runner.on(EVENT_TEST_FAIL, (test, error) => failures.push(describeFailure(test, error)));
    runner.on(EVENT_TEST_PENDING, (test) => {
      counts.skipped += 1;
      skipped.push(`  ${test.fullTitle()}: ${reasonOf(test)}`);
    });
    runner.on(EVENT_RUN_BEGIN, () => times.enterFile('(loading)'));
    runner.on(EVENT_SUITE_BEGIN, (suite) => times.enterFile(suite.file));
    runner.on(EVENT_TEST_END, (test) => times.add('test', test));
    runner.on(EVENT_HOOK_END, (hook) => times.add('hook', hook));
    runner.once(EVENT_RUN_END, () => {
      times.enterFile('(end)');
      if (skipped.length > 0) reporters.Base.consoleLog(`Skipped:\n${skipped.join('\n')}\n`);
      const { results } = options.reporterOptions ?? {};
      const write = () => {
        if (results !== undefined)
          writeFileSync(results, JSON.stringify({ ...counts, failures, times: times.times, cpu: times.cpu }));
      };
      write();
      // Node's own clean-up at the exit may hang after broken connections.
      process.once('beforeExit', () => process.exit());
      // A server that a test leaves open would keep this process running forever. It counts as a failure.
      setTimeout(() => {
        reporters.Base.consoleLog(
          'A test left a server, connection or timer open: 10 s after the last test the process still runs. Exiting.',
        );
        failures.push({ file: '(end)', title: '', reason: 'the process still ran 10 s after the last test' });
        write();
        process.exit();
      }, 10_000).unref();
    });
  }

  epilogue() {
    reporters.Base.consoleLog();
    if (this.failures.length > 0) reporters.Base.list(this.failures);
  }
};

/**
 * Records how long each test and hook takes, and how much CPU each file uses together with the processes it started.
 */
function createTimes() {
  const times = [];
  const cpu = [];
  let file = '(loading)';
  let cpuSince = 0;
  return {
    times,
    cpu,
    add: (kind, runnable) => {
      if (runnable.duration === undefined) return;
      times.push({
        kind,
        title: runnable.fullTitle().trim(),
        file: nameOf(runnable.file ?? runnable.parent.file),
        ms: runnable.duration,
      });
    },
    enterFile: (next) => {
      if (next === undefined || nameOf(next) === file) return;
      const now = cpuMs();
      cpu.push({ file, ms: now - cpuSince });
      cpuSince = now;
      file = nameOf(next);
    },
  };
}

const nameOf = (file) =>
  file === undefined || file.startsWith('(') ? (file ?? '(root)') : relative(process.cwd(), file);

/** Returns the file and title of a failed test, with the first line of its error. */
function describeFailure(test, error) {
  const [reason] = String(error?.message ?? error).split('\n');
  return {
    file: nameOf(test.file ?? test.parent?.file),
    title: test.fullTitle().trim(),
    reason: reason.slice(0, 200),
  };
}

/** Returns the CPU time of this process and of its children that have ended, in ms. Linux only; 0 elsewhere. */
function cpuMs() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').pop().split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return ticks * 10;
  } catch {
    return 0;
  }
}

/** Returns the `skipReason` of a test or of one of its suites, which is set before `this.skip()`. */
function reasonOf(test) {
  for (let node = test; node !== undefined; node = node.parent) {
    if (node.skipReason !== undefined) return node.skipReason;
  }
  return 'no reason given';
}
