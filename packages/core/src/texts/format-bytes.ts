// Formats sizes as text.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Formats a size in the largest fitting binary unit, with one decimal: `640 B`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}
