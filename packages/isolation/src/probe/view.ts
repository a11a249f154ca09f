// Decides which files and folders are hidden from isolated processes, and which folders below them are shown again.

import { realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Real paths without duplicates. */
export interface View {
  /** Files that are replaced by empty ones. */
  readonly hiddenFiles: readonly string[];
  /** Folders that are replaced by empty ones, inner ones first. */
  readonly hiddenFolders: readonly string[];
  /** Folders below hidden ones that stay visible. */
  readonly shown: readonly string[];
}

export interface ViewRequest {
  /** Folders that processes read. */
  readonly read: readonly string[];
  readonly secrets: readonly string[];
  /** Set if processes run as another user than the service. */
  readonly asOtherUser: boolean;
}

/** The files of every process: Node, Pareto, and the folder for temporary files. */
export const installation: readonly string[] = [
  path.dirname(path.dirname(process.execPath)),
  fileURLToPath(new URL('../../../../', import.meta.url)),
  tmpdir(),
];

/**
 * Hides secrets. From another user, also hides the outermost parent of each folder to read that the user cannot enter:
 * the folder is then shown inside an empty parent, which the user can enter. From the same user, hides its home.
 */
export function planView({ read, secrets, asOtherUser }: ViewRequest): View {
  const closed = asOtherUser
    ? read.flatMap((folder) => parentsOf(folder).find(isClosed) ?? [])
    : existingPaths([homedir()]);
  const hiddenFolders = [...new Set([...closed, ...secrets.filter(isFolder)])]
    .filter((folder) => folder !== path.dirname(folder))
    .toSorted((one, other) => other.length - one.length);
  const shown = read.filter((folder) => hiddenFolders.some((outer) => `${folder}/`.startsWith(`${outer}/`)));
  return { hiddenFiles: secrets.filter((file) => !isFolder(file)), hiddenFolders, shown: [...new Set(shown)] };
}

const isFolder = (file: string): boolean => statSync(file).isDirectory();

/** Returns the folder itself, or that of a file. */
export const folderOf = (file: string): string => (isFolder(file) ? file : path.dirname(file));

/** Returns the real paths of those that exist. */
export const existingPaths = (paths: readonly string[]): readonly string[] =>
  paths.flatMap((file) => {
    try {
      return [realpathSync(file)];
    } catch {
      return [];
    }
  });

/** Returns the parents of an absolute path, outermost first, without the root. */
function parentsOf(file: string): readonly string[] {
  const parent = path.dirname(file);
  return parent === file || path.dirname(parent) === parent ? [] : [...parentsOf(parent), parent];
}

const isClosed = (folder: string): boolean => (statSync(folder).mode & 0o001) === 0;
