// Selects the environment variables for device drivers and their tools. All others, such as credentials, are withheld from
// executor processes.

const names = new Set([
  'LD_LIBRARY_PATH',
  'PATH',
  'XDG_RUNTIME_DIR',
  'XDG_DATA_DIRS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'LP_NUM_THREADS',
]);
const prefixes = ['VK_', 'CUDA_', 'NVIDIA_', 'MESA_', 'DRI_', 'RADV_', 'GALLIUM_'];

/** Returns the variables that select and configure devices and their drivers. */
export function deviceEnvironment(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) kept[name] = value;
  }
  return kept;
}
