// Reading what services tell on /metrics.

export interface Metrics {
  /** The sum of a metric's samples that have these labels; 0 when there are none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
}

export function readMetrics(text: string): Metrics {
  const samples = Array.from(text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm), ([, name, labels, value]) => ({
    name,
    labels: new Map(Array.from((labels ?? '').matchAll(/(\w+)="([^"]*)"/g), ([, key, text]) => [key, text])),
    value: Number(value),
  }));
  return {
    value: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name)
        .filter((sample) => Object.entries(labels).every(([key, wanted]) => sample.labels.get(key) === wanted))
        .reduce((sum, sample) => sum + sample.value, 0),
  };
}
