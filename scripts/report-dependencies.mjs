// The report of dependency-cruiser for `npm run check`: each violation of its rules, and each cycle between folders of
// one parent. Its own rule for folders misses cycles through nested ones: if `a/b` imports `c`, and `c` imports `a/d`,
// then `a` and `c` import each other.

/** Returns the result of the check. The program loads a report by its default export. */
export default function reportDependencies({ modules, summary }) {
  const violations = summary.violations.map(
    ({ rule, from, to, cycle }) => `${rule.name}: ${[from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' → ')}`,
  );
  const lines = [...violations, ...findFolderCycles(modules)];
  return { output: lines.join('\n'), exitCode: lines.length === 0 ? 0 : 1 };
}

/** Returns a line for each folder that imports itself through other folders of its parent. */
function findFolderCycles(modules) {
  const imports = new Map();
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = foldersThatDiffer(source, resolved);
      if (from !== undefined) imports.set(from, new Map([[to, source], ...(imports.get(from) ?? [])]));
    }
  }
  return [...imports.keys()].flatMap((folder) => {
    const cycle = shortestCycle(imports, folder);
    return cycle === undefined ? [] : [`no-folder-cycles: ${[folder, ...cycle].join(' → ')}`];
  });
}

/** Returns the outermost folders of two files that differ, if the files are below these and in one package. */
function foldersThatDiffer(source, resolved) {
  const [from, to] = [source.split('/'), resolved.split('/')];
  const depth = from.findIndex((name, index) => name !== to[index]);
  const parent = from.slice(0, depth).join('/');
  const isInPackage = parent !== '' && !/^(packages|services)(\/[\w-]+)?$/.test(parent);
  if (!isInPackage || depth >= Math.min(from.length, to.length) - 1) return [];
  return [from, to].map((names) => `${parent}/${names[depth]}`);
}

/** Returns the folders on the shortest way from a folder to itself, each with a file that imports it. Undefined if there is none. */
function shortestCycle(imports, folder) {
  const visited = new Set();
  const paths = [{ at: folder, folders: [] }];
  for (const { at, folders } of paths) {
    for (const [to, file] of imports.get(at) ?? []) {
      const path = { at: to, folders: [...folders, `${to} (by ${file})`] };
      if (to === folder) return path.folders;
      if (!visited.has(to)) paths.push(path);
      visited.add(to);
    }
  }
  return undefined;
}
