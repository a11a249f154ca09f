// Reads the lines of a file that another process appends to, each once, even if the file is truncated or replaced.

import { open, stat } from 'node:fs/promises';

export interface GrowingFile {
  /** Returns the lines completed since the last call. Empty if the file is missing. */
  read(): Promise<readonly string[]>;
}

const chunkBytes = 1 << 20;

export function createGrowingFile(path: string): GrowingFile {
  let inode = 0;
  let offset = 0;
  let rest = Buffer.alloc(0);

  function begin(ino: number): void {
    inode = ino;
    offset = 0;
    rest = Buffer.alloc(0);
  }

  return {
    async read() {
      const found = await stat(path).catch(() => undefined);
      if (found === undefined) return [];
      // The file was replaced or truncated.
      if (found.ino !== inode || found.size < offset) begin(found.ino);
      if (found.size === offset) return [];
      const added = await readFrom(path, offset);
      offset += added.length;
      const whole = Buffer.concat([rest, added]);
      const end = whole.lastIndexOf(0x0a) + 1;
      rest = whole.subarray(end);
      return end === 0
        ? []
        : whole
            .subarray(0, end - 1)
            .toString('utf8')
            .split('\n');
    },
  };
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  await using file = await open(path, 'r');
  const parts: Buffer[] = [];
  for (let at = offset; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}
