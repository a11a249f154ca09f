// What of the environment the drivers of devices are to find; everything else, credentials among it, is kept from models.

const names = new Set([
  'LD_LIBRARY_PATH',
  'XDG_RUNTIME_DIR',
  'XDG_DATA_DIRS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'LP_NUM_THREADS',
]);
const prefixes = ['VK_', 'CUDA_', 'NVIDIA_', 'MESA_', 'DRI_', 'RADV_', 'GALLIUM_'];

/** The variables that choose and set up devices and their drivers. */
export function deviceEnvironment(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) kept[name] = value;
  }
  return kept;
}
