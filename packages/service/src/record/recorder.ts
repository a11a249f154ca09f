// Records what happens in a service in a file, one line of JSON for each event, so that it can be replayed.

import { createWriteStream, fchmodSync, fstatSync, type WriteStream } from 'node:fs';
import type { Logger } from '@pareto/telemetry';
import type { Runnable } from '../lifecycle/run-group.js';

export const recordFlags = {
  record: {
    kind: 'text',
    help: 'file to record events and decisions in, e.g. /tmp/router.jsonl; replaced at the start; nothing is recorded by default',
  },
  recordBytes: {
    kind: 'integer',
    min: 1,
    default: 268_435_456,
    help: 'maximum size of the recording, in bytes',
  },
} as const;

export interface Recorder {
  /** Indicates that lines are written. False once the recording has stopped. */
  readonly isRecording: boolean;
  /** Appends a line without waiting for the file. Does nothing once the recording has stopped. */
  record(line: object): void;
  /** Stops the recording, and resolves when the file has all lines. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly file: string;
  /** Size at which the recording stops. */
  readonly maxBytes: number;
  readonly logger: Logger;
}

/** Size of the lines that wait for the file, above which the recording stops: a log with gaps could not be replayed. */
const maxWaitingBytes = 64 * 2 ** 20;

/** Mode of the file. */
const mode = 0o600;

/** Creates the file, which only its owner can read, or replaces its content. Logs that the service records. */
export function createRecorder({ file, maxBytes, logger }: RecorderOptions): Recorder {
  const stream = createWriteStream(file, { mode });
  let bytes = 0;
  let isRecording = true;
  let isStopped = false;
  const fields = { file, maxBytes };

  function stop(reason: string, error?: unknown): void {
    if (isStopped) return;
    [isRecording, isStopped] = [false, true];
    logger.warn('the recording has stopped', { ...fields, reason, error });
    stream.end();
  }
  stream.on('error', (error) => stop('the file cannot be written', error));
  stream.once('open', (fd: number) => {
    try {
      // A file that existed has kept its mode. A device, such as /dev/null, belongs to others too.
      if (fstatSync(fd).isFile()) fchmodSync(fd, mode);
    } catch (error) {
      stop('the file cannot be hidden from others', error);
    }
  });
  logger.info('recording events and decisions', fields);
  return {
    get isRecording() {
      return isRecording;
    },
    record(line) {
      if (!isRecording) return;
      const text = Buffer.from(`${JSON.stringify(line)}\n`);
      if (bytes + text.length > maxBytes) return stop('the file has its maximum size; pass a larger --record-bytes');
      if (stream.writableLength + text.length > maxWaitingBytes) return stop('the file is written too slowly');
      bytes += text.length;
      stream.write(text);
    },
    async close() {
      isRecording = false;
      await ended(stream);
    },
  };
}

/** Returns the part of a service that completes the recording after all else has stopped. None if nothing is recorded. */
export const recordingPart = (recorder: Pick<Recorder, 'close'> | undefined): readonly Runnable[] =>
  recorder === undefined ? [] : [{ name: 'recording', start: async () => undefined, stop: () => recorder.close() }];

const ended = (stream: WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.once('close', resolve).end();
  });
