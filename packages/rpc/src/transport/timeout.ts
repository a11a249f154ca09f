// The header grpc-timeout: the time until the deadline of a call.

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Parses the header. Returns ms, at most what a timer can wait. Undefined if the header is missing or malformed. */
export function parseTimeout(header: unknown): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  return digits === undefined ? undefined : Math.min(2 ** 31 - 1, Number(digits) * (unitMs[unit] ?? 1));
}
