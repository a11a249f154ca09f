// Parses one line of a service's log.

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  /** Name of the process, and of its log file. */
  readonly service: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The line as the process wrote it. */
  readonly text: string;
}

const head: ReadonlySet<string> = new Set(['time', 'level', 'service', 'message']);

/** Parses a line. An unstructured one (a stack, the last output of a process) gets the time and level of the line before it. */
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
