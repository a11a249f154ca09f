// Reads the arrival logs of routers, with the files that they have rolled to.

import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { cutText, errorText, ParetoError } from '@pareto/core';
import { beginsArrivalLog, parseArrivalLine } from '@pareto/policy';
import { createArrivalSums, type ArrivalSums, type RecordedStream, type ReplayGaps } from './arrival-streams.js';

export interface RecordedArrivals {
  readonly streams: readonly RecordedStream[];
  /** Number of logs, each of one router. */
  readonly routers: number;
  readonly gaps: ReplayGaps;
}

/** Reads logs, and for `FILE` also `FILE.1`. Throws `invalid-argument`, which names the file and the line, if one is malformed. */
export async function readArrivalLogs(files: readonly string[]): Promise<RecordedArrivals> {
  const logs = [...new Set(files)].filter((file) => !file.endsWith('.1') || !files.includes(file.slice(0, -2)));
  const sums = createArrivalSums();
  let [cut, lost] = [0, 0];
  for (const file of logs) {
    for (const part of [`${file}.1`, file]) {
      if (part !== file && !(await exists(part))) continue;
      const read = await readPart(part, sums);
      cut += read.cut;
      lost += read.lost;
    }
  }
  return { streams: sums.streams(), routers: logs.length, gaps: { ...sums.gaps, cut, lost } };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function readPart(file: string, sums: ArrivalSums): Promise<Pick<ReplayGaps, 'cut' | 'lost'>> {
  let [cut, lost, line] = [0, 0, 0];
  /** The malformed line before the current one. It was cut if a header or the end of the file follows. */
  let suspect: { readonly line: number; readonly text: string } | undefined;
  const invalid = (at: number, problem: string): ParetoError =>
    new ParetoError('invalid-argument', `${file}:${at}: ${problem}`);
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      line += 1;
      const parsed = parseArrivalLine(text);
      if (line === 1 && !beginsArrivalLog(text)) {
        throw invalid(
          line,
          "expected the first line of an arrival log, as '--record-level arrivals' of a router writes it",
        );
      }
      if (suspect !== undefined && parsed.kind !== 'header') {
        throw invalid(suspect.line, `expected the line of a query, received ${JSON.stringify(cutText(suspect.text))}`);
      }
      if (suspect !== undefined) cut += 1;
      suspect = undefined;
      if (parsed.kind === 'arrival') sums.add(parsed.arrival);
      else if (parsed.kind === 'lost') lost += parsed.count;
      else if (parsed.kind === 'malformed' && text !== '') suspect = { line, text };
    }
  } catch (error) {
    if (error instanceof ParetoError) throw error;
    throw new ParetoError('invalid-argument', `the log ${file} cannot be read: ${errorText(error)}`, { cause: error });
  }
  return { cut: cut + (suspect === undefined ? 0 : 1), lost };
}
