// The environment variables of all programs can be set for each of them.

import assert from 'node:assert/strict';
import { findMisspelledVariable } from '@pareto/core';

interface Config {
  readonly flags: readonly { readonly variable: string }[];
}

async function variablesOf(service: string): Promise<readonly string[]> {
  const path = new URL(`../../services/${service}/dist/config.js`, import.meta.url).href;
  const loaded = (await import(path)) as Readonly<Record<string, Config>>;
  return loaded[`${service}Config`]?.flags.map(({ variable }) => variable) ?? [];
}

describe('environment variables', () => {
  it('of one program are no misspellings of those of another', async () => {
    const services = await Promise.all(['controller', 'router', 'worker'].map(variablesOf));
    const programs = [...services, ['PARETO_CONTROLLER', 'PARETO_ROUTER', 'PARETO_CERTS']];
    const all = Object.fromEntries(programs.flat().map((name) => [name, 'x']));
    for (const own of programs) assert.equal(findMisspelledVariable(all, own), undefined);
  });
});
