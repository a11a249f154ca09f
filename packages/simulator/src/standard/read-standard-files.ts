// Reads the tables of the standard scenario from the data folder.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import type { TableFile } from '../profiles/tables/read-table.js';
import type { StandardFiles } from './standard-scenario.js';

/** Throws `invalid-argument` if the folder lacks a file. */
export async function readStandardFiles(folder: string): Promise<StandardFiles> {
  const read = async (name: string): Promise<TableFile> => ({ name, text: await readText(join(folder, name)) });
  return {
    timm: await read('timm_imagenet_variants.csv'),
    nvidia: await read('nvidia_dle_profiles.csv'),
    ec2: await read('aws_ec2_on_demand_us_east_1.csv'),
  };
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new ParetoError('invalid-argument', `the table cannot be read: ${errorText(error)}`, { cause: error });
  });
