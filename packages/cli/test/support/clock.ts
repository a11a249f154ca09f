// The clock of the commands that tests run: they look every third of a second, and wait for some things for seconds.

import { createFastClock } from '@pareto/testkit';

export const clock = createFastClock(8);
