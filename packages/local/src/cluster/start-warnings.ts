// What a service warns of while it isn't ready yet, from the lines of its log.

export interface StartWarnings {
  readonly onLine: (name: string, line: string) => void;
  /** It is ready: what it warns of from now on is for the log alone. */
  end(): void;
}

/** `tell` is told of each warning, of the same one only once in a row. */
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

/** `message: error` of a warning or an error in a JSON log; undefined for anything else. */
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
