// The reporter of `npm test`: mocha's spec output without its summary, the reason of each skipped test, and the counts
// written to a file (reporter option `results`) for scripts/test.mjs.
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');
const { EVENT_RUN_END, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Runner.constants;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const skipped = [];
    runner.on(EVENT_TEST_PASS, () => (counts.passed += 1));
    runner.on(EVENT_TEST_FAIL, () => (counts.failed += 1));
    runner.on(EVENT_TEST_PENDING, (test) => {
      counts.skipped += 1;
      skipped.push(`  ${test.fullTitle()}: ${reasonOf(test)}`);
    });
    runner.once(EVENT_RUN_END, () => {
      if (skipped.length > 0) reporters.Base.consoleLog(`Skipped:\n${skipped.join('\n')}\n`);
      const { results } = options.reporterOptions ?? {};
      if (results !== undefined) writeFileSync(results, JSON.stringify(counts));
      // Node's own clean-up at the end of a process may never end where sockets were broken.
      process.once('beforeExit', () => process.exit());
    });
  }

  epilogue() {
    reporters.Base.consoleLog();
    if (this.failures.length > 0) reporters.Base.list(this.failures);
  }
};

/** `skipReason` is set on a test or a suite before `this.skip()`. */
function reasonOf(test) {
  for (let node = test; node !== undefined; node = node.parent) {
    if (node.skipReason !== undefined) return node.skipReason;
  }
  return 'no reason given';
}
