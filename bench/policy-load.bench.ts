// The policies under load, in virtual time: on a query's way through routers and one worker, and with the plan in the loop.

import { measureClosedLoop } from './policy-load/closed-loop/rows.js';
import { measureOneWorker } from './policy-load/one-worker/rows.js';
import { startBenchmark } from './report.js';

const { report } = startBenchmark('policy-load');
const rows = [...measureOneWorker(), ...measureClosedLoop()];
// Virtual time and seeds repeat exactly: only a changed policy changes the values.
report(rows.map((row) => ({ ...row, noise: 0.002 })));
