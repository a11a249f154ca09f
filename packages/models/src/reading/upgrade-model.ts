// Upgrades the graph of a model whose opset ONNX Runtime no longer runs.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { upgradeOutdated } from '../opset/upgrade-opset.js';
import { prepare } from '../rewrite/prepare.js';
import { decodeOnnx, encodeOnnx } from '../onnx/onnx-codec.js';
import { upgradedName, type UpgradeRequest } from './reader-protocol.js';

/**
 * Writes the upgraded graph into the folder. It refers to the external data of the given one. Throws `invalid-argument`
 * if an operator can't be upgraded.
 */
export async function upgradeModel({ graph, folder }: UpgradeRequest): Promise<void> {
  const upgraded = upgradeOutdated(prepare(decodeOnnx(await readFile(graph))));
  if (upgraded.kind === 'declined')
    throw new ParetoError('invalid-argument', `the model can't be upgraded: ${upgraded.reason}`);
  await writeFile(join(folder, upgradedName), encodeOnnx(upgraded.model));
}
