// The groups whose members may use devices, such as `video` and `render`.

import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const isDevice = /^(nvidia.*|kfd|dxg)$/;

/** Returns the groups of the device files that only a group can use. */
export function deviceGroups(folder = '/dev'): readonly number[] {
  const files = [
    ...list(folder).filter((name) => isDevice.test(name)),
    ...list(path.join(folder, 'dri')).map((name) => path.join('dri', name)),
  ];
  const groups = files.flatMap((name) => {
    const { mode, gid } = statSync(path.join(folder, name), { throwIfNoEntry: false }) ?? { mode: 0, gid: 0 };
    return (mode & 0o060) === 0o060 && gid !== 0 ? [gid] : [];
  });
  return [...new Set(groups)];
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
