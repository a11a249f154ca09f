// `npm run bench -- --profile`: profiles the processes of the path, and writes flame graphs and counts.

import { groupBy } from '@pareto/core';
import { startRun } from '@pareto/testkit';
import { startService } from '../../test/support/service-process.js';
import { planRun, type Load } from '../path/form.js';
import { withPath, type Path } from '../path/path.js';
import { warmUp } from '../path/warm-up.js';
import { progress } from '../report.js';
import { openAgents } from './agents.js';
import { profileCell } from './profile-cell.js';
import type { CellProfile } from './profile.js';
import { writeProfile } from './write-profile.js';

/** Cells that are profiled by default. */
const defaultCells = ['mlp-1KB', 'mlp-4KB', 'cnn-150KB'].map((model) => `${model}, 16 in flight`);

/** Typical time for a cell, with the start of its model. */
const cellMinutes = 1.3;

/** Writes a profile into a folder: of the default cells, or of those with `only` in their names. */
export async function profilePath(folder: string, only?: string): Promise<void> {
  const { form, loads } = planRun(only === undefined ? {} : { only });
  const isWanted = ({ name }: Load): boolean => only !== undefined || defaultCells.includes(name);
  const cells = loads.filter(isWanted).filter((load) => 'inFlight' in load);
  if (cells.length === 0) throw new Error(`nothing to profile: --only "${only}" is not a part of the name of a load`);
  progress(`Node ${process.versions.node}, about ${Math.ceil(cells.length * cellMinutes)} min`);
  const endRun = startRun('path');
  const profiles: CellProfile[] = [];
  await using agents = await openAgents();
  for (const [model, own] of groupBy(cells, (cell) => cell.model)) {
    progress(`${model.name}: starting`);
    const work = async (path: Path): Promise<void> => {
      await warmUp(path, form);
      for (const cell of own) {
        progress(`${cell.name}: profiling`);
        profiles.push(await profileCell(path, cell, agents));
      }
    };
    await withPath(model, work, ({ service, args, env }) => startService(service, args, { ...env, ...agents.env }));
  }
  const missing = new Set(profiles.flatMap((profile) => profile.missing));
  for (const reason of missing) progress(`not measured: ${reason}`);
  const index = await writeProfile(folder, { ...endRun(), cells: profiles });
  progress(`The profile is in ${index}.`);
}
