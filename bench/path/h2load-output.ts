// What h2load writes: a summary on its standard output, and a log with a line per request.

export interface H2loadSummary {
  /** Number of requests that were answered with status 200. */
  readonly succeeded: number;
  /** Number of requests without such an answer, except those in flight at the end. */
  readonly failed: number;
  /** Bytes in DATA frames of all answers. */
  readonly dataBytes: number;
}

/** Parses the summary. Undefined if the text has none, because h2load could not start or connect. */
export function parseSummary(text: string): H2loadSummary | undefined {
  const requests = /^requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout$/m.exec(text);
  const data = /^traffic: .* \((\d+)\) data$/m.exec(text);
  if (requests === null || data === null) return undefined;
  const [, succeeded, failed, errored, timedOut] = requests.map(Number);
  return {
    succeeded: succeeded ?? 0,
    failed: (failed ?? 0) + (errored ?? 0) + (timedOut ?? 0),
    dataBytes: Number(data[1]),
  };
}

/** A request in the log. Times are in microseconds, the end since the Unix epoch. */
export interface LoggedRequest {
  readonly endedAtUs: number;
  readonly tookUs: number;
}

/** Parses the log: start, status and duration, separated by tabs. Requests without an answer are left out. */
export const parseLog = (text: string): readonly LoggedRequest[] =>
  text.split('\n').flatMap((line) => {
    const [startedAtUs = NaN, status = -1, tookUs = NaN] = line.split('\t').map(Number);
    return status === 200 ? [{ endedAtUs: startedAtUs + tookUs, tookUs }] : [];
  });

/** Bytes that gRPC adds to each message. */
const prefixBytes = 5;
/** Greatest difference between answers in length, as a fraction. */
const tolerance = 0.05;

/**
 * Returns why the answers are not those of successful calls, of which h2load only sees the HTTP status: a rejection has
 * trailers alone, and so no bytes. `answerBytes` is the length of a known good answer. Up to `inFlight` answers were
 * received in part when h2load stopped. Undefined if nothing is wrong.
 */
export function findBadAnswers(
  { succeeded, failed, dataBytes }: H2loadSummary,
  { answerBytes, inFlight }: { readonly answerBytes: number; readonly inFlight: number },
): string | undefined {
  if (failed > 0) return `${failed} of ${succeeded + failed} requests failed`;
  if (succeeded === 0) return 'no request was answered';
  const expected = answerBytes + prefixBytes;
  const [min, max] = [(1 - tolerance) * expected * succeeded, (1 + tolerance) * expected * (succeeded + inFlight)];
  if (dataBytes >= min && dataBytes <= max) return undefined;
  const mean = (dataBytes / succeeded).toFixed();
  return `the answers have ${mean} bytes on average instead of ${expected}: calls were rejected or failed`;
}
