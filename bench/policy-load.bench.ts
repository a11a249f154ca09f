// The policies of a query's way under load, in virtual time.

import { measureOneWorker } from './policy-load/one-worker/rows.js';
import { startBenchmark } from './report.js';

const { report } = startBenchmark('policy-load');
// Virtual time and seeds repeat exactly: only a changed policy changes the values.
report(measureOneWorker().map((row) => ({ ...row, noise: 0.002 })));
