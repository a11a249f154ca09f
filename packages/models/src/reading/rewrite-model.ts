// Writes the graph that is served in place of a registered one.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { servedGraph } from '../inspection/served-graph.js';
import { decodeOnnx, encodeOnnx } from '../onnx/onnx-codec.js';
import { rewrittenName, type RewriteRequest } from './reader-protocol.js';

/**
 * Writes the rewritten graph into the folder. It refers to the external data of the given one. Throws
 * `invalid-argument` if the model can't be rewritten.
 */
export async function rewriteModel({ graph, folder }: RewriteRequest): Promise<void> {
  const served = servedGraph(decodeOnnx(await readFile(graph)));
  if ('reason' in served) throw new ParetoError('invalid-argument', `the model can't be served: ${served.reason}`);
  await writeFile(join(folder, rewrittenName), encodeOnnx(served.model));
}
