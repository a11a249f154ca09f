// The clock of commands under test, eight times as fast as real time, because commands poll and wait for seconds.

import { createFastClock } from '@pareto/testkit';

export const clock = createFastClock(8);
