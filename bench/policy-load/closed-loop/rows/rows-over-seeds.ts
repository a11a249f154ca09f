// Rows of a scenario that runs with several seeds.

import type { Row } from '../../../report.js';
import { spreadRows } from '../../../report/spread-rows.js';
import type { ClusterRun, Scenario } from '../simulate-cluster.js';

const seeds = [1, 2, 3, 4, 5];

/** Runs a scenario with a seed. */
export type RunScenario = (scenario: Scenario, seed: number) => ClusterRun;

/** A value of a run. The mean over the seeds has to reach `reach`, if there is one. */
export interface Measure extends Pick<Row, 'name' | 'unit' | 'reach'> {
  readonly valueOf: (run: ClusterRun) => number;
}

/** Returns the mean over the seeds and the range of each measure. */
export function rowsOverSeeds(run: RunScenario, scenario: Scenario, measures: readonly Measure[]): readonly Row[] {
  const values = measures.map((): number[] => []);
  for (const seed of seeds) {
    const ran = run(scenario, seed);
    for (const [index, { valueOf }] of measures.entries()) values[index]?.push(valueOf(ran));
  }
  return measures.flatMap(({ name, unit, reach }, index) =>
    spreadRows({ name, unit, ...(reach && { reach }) }, values[index] ?? []),
  );
}
