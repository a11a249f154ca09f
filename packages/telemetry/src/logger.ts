// Structured logs: each line has a constant message and the data in fields, as JSON or in a human-readable form.

import { cutText } from '@pareto/core';
import { pino } from 'pino';
import { createPrettyStream } from './pretty.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFormat = 'json' | 'pretty';

/** Values that JSON supports. A field `error` may be an Error. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Returns a logger that adds fields to every line. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Receives the lines. Default: standard error. */
  readonly write?: (line: string) => void;
}

/** Creates a logger that writes synchronously, so that the last lines before a crash are not lost. */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? stderrWriter();
  const stream = options.format === 'pretty' ? createPrettyStream(write) : { write };
  const root = pino(
    {
      level: options.level,
      base: { service: options.service },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: serializeError },
      redact: { paths: ['token', 'secret', 'password', '*.token', '*.secret', '*.password'], censor: '***' },
    },
    stream,
  );
  return wrap(root);
}

function stderrWriter(): (line: string) => void {
  const destination = pino.destination({ dest: 2, sync: true });
  // The reader of standard error may exit first. There is no other place to report that.
  destination.on('error', () => undefined);
  return (line) => void destination.write(line);
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    with: (fields) => wrap(logger.child(fields)),
  };
}

/** Bounds of an error's texts, which may contain what a client sent. */
const [maxMessage, maxStack] = [2_000, 8_000];

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) };
  const { message, stack = '' } = error;
  return { message: cutText(message, maxMessage), ...code, ...cause, stack: cutText(stack, maxStack) };
}
