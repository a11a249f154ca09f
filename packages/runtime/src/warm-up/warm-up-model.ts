// A tiny model with which code is warmed up before there is a real one.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** ONNX, opset 13: y = Relu(x) over n x 16 floats. */
const model = 'CAg6QQoMCgF4EgF5IgRSZWx1EgVncmFwaFoUCgF4Eg8KDQgBEgkKAxIBbgoCCBBiFAoBeRIPCg0IARIJCgMSAW4KAggQQgQKABAN';

/** Number of floats of an item, of the input `x` and the output `y`. */
export const warmUpWidth = 16;

export interface WarmUpModel extends AsyncDisposable {
  readonly modelPath: string;
}

/** Writes the model to a file in `parent`, which every user can read, because executors may run as users of their own. */
export async function createWarmUpModel(parent: string): Promise<WarmUpModel> {
  const folder = await mkdtemp(path.join(parent, 'warm-up-'));
  const modelPath = path.join(folder, 'model.onnx');
  await writeFile(modelPath, Buffer.from(model, 'base64'));
  await Promise.all([chmod(folder, 0o755), chmod(modelPath, 0o644)]);
  return { modelPath, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
