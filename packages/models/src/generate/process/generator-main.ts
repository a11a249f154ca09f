// The generator process: reads, rewrites and writes a model at the lowest priority. Its parent enforces limits on
// memory and time.

import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { json } from 'node:stream/consumers';
import { isDiskFull, ParetoError, publicText } from '@pareto/core';
import { generators } from '../generators.js';
import type { GraphGenerator } from '../rewrite/generator.js';
import type { GeneratorJob, GeneratorReply } from './generator-protocol.js';
import { prepare } from '../rewrite/prepare.js';
import { readModel } from '../../files/read-model.js';
import { writeModel } from '../../files/write-model.js';

const tooDeep = {
  kind: 'failed',
  code: 'invalid-argument',
  message: 'its nodes are chained or nested too deeply for this recipe',
} as const;

setPriority(19);
const job = (await json(process.stdin)) as GeneratorJob;
writeFileSync(1, JSON.stringify(await generate(job)));

async function generate({ graph, recipe, phase, ranges, folder }: GeneratorJob): Promise<GeneratorReply> {
  try {
    const rewrite = rewriteWith(recipe, phase);
    const rewritten = rewrite(prepare(await readModel(graph)), new Map(ranges));
    if (rewritten.kind === 'declined') return rewritten;
    return { kind: 'made', files: await writeModel(rewritten.model, folder), note: rewritten.note };
  } catch (error) {
    if (error instanceof ParetoError) return { kind: 'failed', code: error.code, message: error.publicMessage };
    if (isDiskFull(error))
      return { kind: 'disk-full', message: `no disk space left for the generated files: ${publicText(error)}` };
    if (error instanceof RangeError && error.message.includes('call stack')) return tooDeep;
    throw error;
  }
}

function rewriteWith(recipe: string, phase: GeneratorJob['phase']): GraphGenerator['rewrite'] {
  const generator = generators.get(recipe);
  if (generator?.kind !== 'rewrite')
    throw new ParetoError('invalid-argument', `the generator process has no generator for ${recipe}`);
  if (phase === 'rewrite') return generator.rewrite;
  if (generator.observe === undefined) throw new ParetoError('invalid-argument', `${recipe} has no model to observe`);
  return generator.observe;
}
