// A log of lines in a file of bounded size, which continues over restarts of the process.

import { appendFile, chmod, rename, stat } from 'node:fs/promises';
import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';

export interface RollingLog {
  /** Appends a line, which must not contain a line break, without waiting for the file. */
  append(line: string): void;
  /** Resolves when the file has all lines, or they could not be written. */
  close(): Promise<void>;
}

export interface RollingLogOptions {
  /** The file. Once it has half of the maximum size, it is renamed to `FILE.1`, which is replaced, and a new one begins. */
  readonly file: string;
  /** Maximum size of both files together. */
  readonly maxBytes: number;
  /** Line that precedes the lines of this process in each file. */
  readonly header: string;
  /** Returns the line that takes the place of lines that could not be written. */
  readonly lostLine: (count: number) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Time after which a line is written. A process that is killed loses no older ones. */
const writeEveryMs = milliseconds(1_000);
/** Size of the waiting lines from which they are written immediately. */
const writeBytes = 65_536;
/** Maximum size of the waiting lines. Further ones are lost, because the file is written too slowly. */
const maxWaitingBytes = 16 * 2 ** 20;

/** Size of a line about lost ones, with the line breaks around the header. */
const maxLostLine = 32;

/** Mode of the file. */
const mode = 0o600;

/** Creates a log, which only its owner can read. A file that cannot be written costs lines, and a warning for each outage. */
export function createRollingLog(options: RollingLogOptions): RollingLog {
  const { file, maxBytes, header, lostLine, clock, logger } = options;
  const maxFileBytes = Math.floor(maxBytes / 2);
  const startBytes = Math.min(writeBytes, maxFileBytes / 2);
  const maxWaiting = Math.min(maxWaitingBytes, maxFileBytes - header.length - maxLostLine);
  let lines: string[] = [];
  let waiting = 0;
  let lost = 0;
  let timer: Disposable | undefined;
  let writing: Promise<void> | undefined;
  /** Set before the first write, and after one that failed: the last line of the file may be cut. */
  let isCut = true;
  let isFailing = false;

  async function write(text: string): Promise<void> {
    const length = Buffer.byteLength(text) + header.length + 2;
    let size = await sizeOf(file);
    if (size !== undefined && size > 0 && size + length > maxFileBytes) {
      await rename(file, `${file}.1`);
      size = 0;
    }
    // A device, such as /dev/null, belongs to others too.
    if (isCut && size !== undefined && size > 0) await chmod(file, mode);
    const start = size === 0 ? `${header}\n` : isCut ? `\n${header}\n` : '';
    isCut = true;
    await appendFile(file, start + text, { mode });
    isCut = false;
  }
  async function writeAll(): Promise<void> {
    do {
      const [batch, lostBefore] = [lines, lost];
      [lines, waiting, lost] = [[], 0, 0];
      if (lostBefore > 0) batch.unshift(lostLine(lostBefore));
      try {
        if (batch.length > 0) await write(`${batch.join('\n')}\n`);
        if (isFailing) logger.info('the recording continues', { file, lost: lostBefore });
        isFailing = false;
      } catch (error) {
        lost += lostBefore > 0 ? lostBefore + batch.length - 1 : batch.length;
        if (!isFailing) logger.warn('the recording cannot be written', { file, error });
        isFailing = true;
      }
    } while (lines.length > 0 && !isFailing);
    writing = undefined;
  }
  function startWriting(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    writing ??= writeAll();
  }
  logger.info('recording arrivals', { file, maxBytes });
  return {
    append(line) {
      if (waiting + line.length >= maxWaiting) {
        lost += 1;
        return;
      }
      lines.push(line);
      waiting += line.length + 1;
      if (waiting >= startBytes && !isFailing) startWriting();
      else timer ??= clock.after(writeEveryMs, startWriting);
    },
    async close() {
      startWriting();
      await writing;
    },
  };
}

/** Returns 0 if there is no file, and undefined for a device, which has no size. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const stats = await stat(file);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
