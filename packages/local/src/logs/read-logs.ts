// Reads and follows several logs, with their lines merged by time.

import { milliseconds, type Clock } from '@pareto/core';
import { createGrowingFile, type GrowingFile } from './growing-file.js';
import { chooseServices, logFile, servicesIn, type LogFolder } from './log-folder.js';
import { parseLogLine, type LogLine } from './log-line.js';

export interface LogReader {
  /** Returns the new lines since the last call, in order of time. */
  read(): Promise<readonly LogLine[]>;
}

interface Source {
  readonly service: string;
  readonly file: GrowingFile;
  last: LogLine | undefined;
}

/** Reads the logs of the wanted services, including those that start to log later. An empty list means all services. */
export function createLogReader(folder: LogFolder, wanted: readonly string[]): LogReader {
  const sources = new Map<string, Source>();

  async function find(): Promise<void> {
    const services = await servicesIn(folder.path);
    const present = wanted.filter((name) => services.some((service) => service.startsWith(name)));
    for (const service of wanted.length > 0 && present.length === 0 ? [] : chooseServices(services, present)) {
      if (!sources.has(service)) {
        sources.set(service, { service, file: createGrowingFile(logFile(folder, service)), last: undefined });
      }
    }
  }

  return {
    async read() {
      await find();
      const read = await Promise.all([...sources.values()].map(readSource));
      return read.flat().sort((a, b) => a.at - b.at);
    },
  };
}

const readSource = async (source: Source): Promise<readonly LogLine[]> =>
  (await source.file.read()).map((text) => (source.last = parseLogLine(source.service, text, source.last)));

const pollMs = milliseconds(250);

/** Calls `onLines` with new lines until the signal aborts. */
export async function followLogs(
  reader: LogReader,
  {
    clock,
    signal,
    onLines,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly onLines: (lines: readonly LogLine[]) => void },
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(pollMs, signal);
      onLines(await reader.read());
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
