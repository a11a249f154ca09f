// The registry and the fleet of a replay: from files, or from the controller.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { ClusterListings } from '@pareto/simulator';
import { withController } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import type { CommonOptions, Context } from '../../context/context.js';
import { findKind } from '../../kinds/kinds.js';
import { toPlain } from '../../terminal/plain-value.js';

type ListingName = keyof ClusterListings;

const listAll = async (list: (name: ListingName) => Promise<unknown>): Promise<ClusterListings> => ({
  variants: await list('variants'),
  tasks: await list('tasks'),
  workers: await list('workers'),
});

/** Returns what `pareto get` would list. */
export const fetchListings = (context: Context, options: CommonOptions): Promise<ClusterListings> =>
  withController(options, (clients) =>
    listAll(async (name) => {
      const query = { clients, task: '', signal: context.stop };
      const items = await repeat(async () => findKind(name)?.list(query), repeatOptions(context));
      return toPlain({ [name]: items?.map(({ value }) => value) });
    }),
  );

/** Returns the listings in a folder. Throws `invalid-argument`, which names the file, if one cannot be read. */
export const readListings = (folder: string): Promise<ClusterListings> =>
  listAll(async (name) => {
    const file = join(folder, `${name}.json`);
    try {
      return JSON.parse(await readFile(file, 'utf8')) as unknown;
    } catch (error) {
      const problem = `${file} cannot be read: ${errorText(error)}; expected the output of 'pareto get ${name} -o json'`;
      throw new ParetoError('invalid-argument', problem, { cause: error });
    }
  });
