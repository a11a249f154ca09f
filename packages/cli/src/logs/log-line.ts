// One line of a service's log: read, and as people read it.

import type { Paint } from '../terminal/terminal.js';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  /** Of the process, as its file is named. */
  readonly service: string;
  /** By the wall, in milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** As it was written. */
  readonly text: string;
}

const head: ReadonlySet<string> = new Set(['time', 'level', 'service', 'message']);

/** What is no structured line (a stack, the last words of a process) belongs to the line before it. */
export function parseLogLine(service: string, text: string, before?: LogLine): LogLine {
  const entry = parseObject(text);
  if (entry === undefined) {
    return { service, at: before?.at ?? 0, level: before?.level ?? 'error', message: text, fields: {}, text };
  }
  const { time, level, message } = entry;
  return {
    ...{ service, text, message: typeof message === 'string' ? message : text },
    at: Date.parse(String(time)) || (before?.at ?? 0),
    level: logLevels.find((each) => each === level) ?? 'info',
    fields: Object.fromEntries(Object.entries(entry).filter(([key, value]) => !head.has(key) && value !== '')),
  };
}

function parseObject(text: string): Partial<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Partial<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Longer values are cut, unless all of them are wanted. */
const longestValue = 80;

function valueText(value: unknown, whole: boolean): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && !whole) {
    return valueText(value.message, whole);
  }
  const plain = typeof value === 'string' && !/[\s"=]/.test(value);
  const text = plain ? value : JSON.stringify(value);
  return whole || text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}

export interface LineView {
  readonly paint: Paint;
  /** Values are told whole. */
  readonly whole: boolean;
}

/** `09:13:48.443 warn  message key=value`, without the service. */
export function formatLogLine({ at, level, message, fields }: LogLine, { paint, whole }: LineView): string {
  const time = at === 0 ? '' : clockTime(new Date(at));
  const told = Object.entries(fields).map(([key, value]) => `${paint.dim(`${key}=`)}${valueText(value, whole)}`);
  return [paint.dim(time.padEnd(12)), levelText(level, paint), message, ...told].join(' ');
}

/** By this machine's time zone. */
const clockTime = (date: Date): string =>
  `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;

function levelText(level: LogLevel, paint: Paint): string {
  const text = level.padEnd(5);
  if (level === 'error') return paint.red(text);
  if (level === 'warn') return paint.yellow(text);
  return level === 'debug' ? paint.dim(text) : text;
}
