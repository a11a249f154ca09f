// Formats human-readable log lines: time, level, service, message, then the fields.

const hidden = new Set(['time', 'level', 'service', 'message']);

export function createPrettyStream(write: (line: string) => void): { write(line: string): void } {
  return { write: (line) => write(prettyLine(line)) };
}

function prettyLine(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const head = [String(entry['time']).slice(11, 23), String(entry['level']).padEnd(5), String(entry['service'])];
  const fields = Object.entries(entry)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => `${key}=${prettyValue(value)}`);
  return `${[...head, String(entry['message']), ...fields].join(' ')}\n`;
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value) {
    return JSON.stringify(value.message);
  }
  return JSON.stringify(value);
}
