// A parser of the services' /metrics.

export interface Metrics {
  /** Returns the sum of a metric's samples with these labels, or 0 if there are none. */
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
