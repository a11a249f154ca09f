// The files of a profile: an index, a page for each flame graph, and `profile.json` for programs.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFlameRenderer } from './flame-page.js';
import { listFunctions, sumByKind } from './flame.js';
import { formatNumber } from './html.js';
import { flamePath, renderIndex } from './index-page.js';
import type { NamedFlame } from './passes.js';
import type { Profile } from './profile.js';

/** Functions of each flame graph in `profile.json`. */
const functionsKept = 50;

/** Writes the files. Returns the path of the index. */
export async function writeProfile(folder: string, profile: Profile): Promise<string> {
  const write = async (path: string, text: string): Promise<string> => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const render = await createFlameRenderer();
  for (const { name, roles } of profile.cells) {
    for (const { role, flames } of roles) {
      for (const each of flames) {
        const text = `${describeAmount(each)} Node ${profile.node}, commit ${profile.commit}.`;
        await write(
          flamePath(name, role, each.name),
          render({ title: `${role}: ${each.name}, ${name}`, text, ...each }),
        );
      }
    }
  }
  await write('profile.json', `${JSON.stringify(summarise(profile), null, 2)}\n`);
  return await write('index.html', renderIndex(profile));
}

function describeAmount({ name, unit, flame }: NamedFlame): string {
  const amount = `${formatNumber(flame.total)} ${unit}`;
  return name === 'CPU time'
    ? `${amount} per request on the main thread, as far as it was not idle.`
    : `${amount} per request on the heap of the main thread, with what was collected since. Buffers are outside of the heap.`;
}

/** Replaces the flame graphs by the sums by kind, and by the largest functions. */
const summarise = ({ cells, ...context }: Profile): unknown => ({
  ...context,
  cells: cells.map(({ roles, ...cell }) => ({
    ...cell,
    roles: roles.map(({ flames, ...role }) => ({
      ...role,
      flames: flames.map(({ flame, ...rest }) => ({
        ...{ ...rest, total: flame.total, byKind: sumByKind(flame) },
        functions: listFunctions(flame).slice(0, functionsKept),
      })),
    })),
  })),
});
