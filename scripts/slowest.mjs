// `npm test -- --slowest N`: the slowest tests, hooks and files, and the CPU time of each folder.

/** Formats the records of `runTests`. Times are in ms. CPU includes a file's own process and its finished children. */
export function formatSlowest({ times, cpu }, count) {
  const files = sumBy(times, (entry) => entry.file);
  const folders = sumBy(cpu, ({ file }) => folderOf(file));
  const top = (rows) => [...rows].sort((a, b) => b.ms - a.ms).slice(0, count);
  const named = (kind) => times.filter((entry) => entry.kind === kind);
  return [
    ...section('The slowest tests (s)', top(named('test')).map(row)),
    ...section('The slowest hooks (s)', top(named('hook')).map(row)),
    ...section('The slowest files (s)', top(files).map(row)),
    ...section('The files that use the most CPU (s)', top(cpu.map(({ file, ms }) => ({ title: file, ms }))).map(row)),
    ...section(
      'CPU minutes per folder',
      top(folders).map(({ title, ms }) => `${(ms / 60_000).toFixed(2).padStart(8)}  ${title}`),
    ),
    `CPU minutes in total: ${(cpu.reduce((total, { ms }) => total + ms, 0) / 60_000).toFixed(2)}`,
  ].join('\n');
}

function sumBy(entries, keyOf) {
  const sums = new Map();
  for (const entry of entries) sums.set(keyOf(entry), (sums.get(keyOf(entry)) ?? 0) + entry.ms);
  return [...sums].map(([title, ms]) => ({ title, ms }));
}

const row = ({ title, file, ms }) =>
  `${(ms / 1000).toFixed(1).padStart(8)}  ${file === undefined ? '' : `${file}: `}${title}`;
const section = (title, lines) => (lines.length === 0 ? [] : [title, ...lines, '']);
/** Returns the folder whose tests a file belongs to: `packages/core/test`, `loadgen/test`, `test/e2e`. */
const folderOf = (file) => /^(?:test\/[^/]+|.*?\/test)(?=\/)/.exec(file)?.[0] ?? file;
