// Lists the repository's files and folders from the disk, because the checks must also work without a git history.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './script.mjs';

const ignored = new Set(['node_modules', 'dist', 'coverage']);
const isIgnored = (name) =>
  ignored.has(name) || (name.startsWith('.') && !['.ci', '.dependency-cruiser.cjs'].includes(name));

/** Returns the paths of all files and folders of the repository. Folders end with `/`. */
export function listPaths(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !isIgnored(name))
    .flatMap((entry) => {
      const path = `${folder}${entry.name}`;
      return entry.isDirectory() ? [`${path}/`, ...listPaths(`${path}/`)] : [path];
    });
}
