// SwiftShader, a Vulkan device in software, for tests of WebGPU on machines without a GPU.

import { join } from 'node:path';
import { fetchTool } from './tools.js';

export type SoftwareGpu =
  | {
      readonly kind: 'ready';
      /** Environment variables with which a process finds only this device. */
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'missing'; readonly reason: string };

/** Returns the device. The first call on a machine fetches it. */
export async function findSoftwareGpu(): Promise<SoftwareGpu> {
  const tool = await fetchTool('swiftshader');
  if (tool.kind === 'missing') return tool;
  const driver = join(tool.path, 'vk_swiftshader_icd.json');
  // Older Vulkan loaders only read the second variable. The loader itself is in the folder too.
  return {
    kind: 'ready',
    environment: { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: tool.path },
  };
}
