// Formats a log line as readable text.

import type { LogLevel, LogLine } from '@pareto/local';
import type { Paint } from './terminal.js';

/** Length in characters to which longer values are cut. */
const maxValueLength = 80;

function valueText(value: unknown, full: boolean): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && !full) {
    return valueText(value.message, full);
  }
  const plain = typeof value === 'string' && !/[\s"=]/.test(value);
  const text = plain ? value : JSON.stringify(value);
  return full || text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength - 1)}…`;
}

export interface LineView {
  readonly paint: Paint;
  /** Set to print values in full. */
  readonly full: boolean;
}

/** Returns e.g. `09:13:48.443 warn  message key=value`, without the service. */
export function formatLogLine({ at, level, message, fields }: LogLine, { paint, full }: LineView): string {
  const time = at === 0 ? '' : clockTime(new Date(at));
  const fieldTexts = Object.entries(fields).map(([key, value]) => `${paint.dim(`${key}=`)}${valueText(value, full)}`);
  return [paint.dim(time.padEnd(12)), levelText(level, paint), message, ...fieldTexts].join(' ');
}

/** Returns the time of day in this machine's time zone. */
const clockTime = (date: Date): string =>
  `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;

function levelText(level: LogLevel, paint: Paint): string {
  const text = level.padEnd(5);
  if (level === 'error') return paint.red(text);
  if (level === 'warn') return paint.yellow(text);
  return level === 'debug' ? paint.dim(text) : text;
}
