// Extracts the warnings from the log of a service that is not ready yet.

export interface StartWarnings {
  readonly onLine: (name: string, line: string) => void;
  /** Ends the extraction, because the service is ready. */
  end(): void;
}

/** Calls `onWarning` for each warning, but skips one that equals the last. */
export function createStartWarnings(onWarning: (name: string, warning: string) => void): StartWarnings {
  let last: string | undefined;
  let isOver = false;
  return {
    onLine(name, line) {
      const warning = isOver ? undefined : readWarning(line);
      if (warning === undefined || warning === last) return;
      last = warning;
      onWarning(name, warning);
    },
    end: () => void (isOver = true),
  };
}

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly error?: { readonly message?: string };
}

/** Returns `message: error` of a warning or error in a JSON log. Undefined for other lines. */
function readWarning(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, message = '', error } = JSON.parse(line) as LogLine;
    if (level !== 'warn' && level !== 'error') return undefined;
    return error?.message === undefined ? message : `${message}: ${error.message}`;
  } catch {
    return undefined;
  }
}
