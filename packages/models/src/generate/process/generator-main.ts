// The generator process: reads, rewrites and writes a model at the lowest priority. Its parent enforces limits on
// memory and time.

import { setPriority } from 'node:os';
import { ParetoError } from '@pareto/core';
import { generators } from '../generators.js';
import type { GraphGenerator } from '../../rewrite/generator.js';
import type { GeneratorJob, GeneratorResult } from './generator-protocol.js';
import { prepare } from '../../rewrite/prepare.js';
import { readModel } from '../../files/read-model.js';
import { writeModel } from '../../files/write-model.js';
import { serveJobs } from '../../process/serve-jobs.js';

setPriority(19);
void serveJobs(generate);

async function generate({ graph, recipe, phase, ranges, folder }: GeneratorJob): Promise<GeneratorResult> {
  const rewrite = rewriteWith(recipe, phase);
  const rewritten = rewrite(prepare(await readModel(graph)), new Map(ranges));
  if (rewritten.kind === 'declined') return rewritten;
  return { kind: 'made', files: await writeModel(rewritten.model, folder), note: rewritten.note };
}

function rewriteWith(recipe: string, phase: GeneratorJob['phase']): GraphGenerator['rewrite'] {
  const generator = generators.get(recipe);
  if (generator?.kind !== 'rewrite')
    throw new ParetoError('invalid-argument', `the generator process has no generator for ${recipe}`);
  if (phase === 'rewrite') return generator.rewrite;
  if (generator.observe === undefined) throw new ParetoError('invalid-argument', `${recipe} has no model to observe`);
  return generator.observe;
}
