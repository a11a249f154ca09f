// Durations as text.

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses `90` (seconds), `500ms`, `90s`, `30m` or `1h` into milliseconds. Undefined if the text has another form. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|[smh])?$/.exec(text.trim()) ?? [];
  const ms = count === undefined ? Infinity : Number(count) * (unitsMs[unit] ?? 0);
  return Number.isFinite(ms) ? ms : undefined;
}

/** Formats milliseconds in their two largest units: `500ms`, `1m 30s`, `2h`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Number(ms.toFixed(1))}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(2))}s`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    ['h', Math.floor(seconds / 3_600)],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ] as const;
  const first = parts.findIndex(([, count]) => count > 0);
  const shown = parts.slice(first, first + 2).filter(([, count]) => count > 0);
  return shown.map(([unit, count]) => `${count}${unit}`).join(' ');
}
