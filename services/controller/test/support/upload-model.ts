// Uploads and registrations of test models.

import { createHash } from 'node:crypto';
import type { wire } from '@pareto/protocol';
import { matrixModel } from '@pareto/testkit';
import type { TestController } from './start-controller.js';

const chunkBytes = 1_000;

export async function upload({ blobs }: TestController, content: Uint8Array, from = 0): Promise<wire.UploadResponse> {
  const digest = digestOf(content);
  async function* chunks(): AsyncGenerator<wire.UploadRequestInput> {
    for (let offset = from; offset < content.byteLength; offset += chunkBytes) {
      yield {
        digest,
        sizeBytes: content.byteLength,
        offset,
        data: Buffer.from(content.slice(offset, offset + chunkBytes)),
      };
    }
  }
  return blobs.upload(chunks());
}

export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Uploads and registers a matrix model, by default without recipes. Models of equal side have equal signatures. */
export async function registerModel(
  controller: TestController,
  name: string,
  content: Uint8Array = namedModel(name),
  task = 'squares',
  recipes: readonly string[] = ['original'],
  version = 0,
): Promise<wire.Architecture> {
  const manifest = await uploadFile(controller, content);
  return controller.registry.registerArchitecture({ name, task, manifest, recipes: [...recipes], version });
}

export async function uploadFile(controller: TestController, content: Uint8Array): Promise<wire.ManifestInput> {
  const { digest, sizeBytes } = await upload(controller, content);
  return { files: [{ path: 'model.onnx', digest, sizeBytes }] };
}

/** Returns the same graph with other bytes for each name. */
function namedModel(name: string): Uint8Array {
  const field = Buffer.from(name);
  // Field 6 of ModelProto: doc_string.
  return Buffer.concat([matrixModel(8), Buffer.from([0x32, field.length]), field]);
}
