// Checks that comments and documentation are whole sentences in the field's terms: no docstring opens with a fragment,
// and none of the words appears that have a plain replacement. With paths as arguments, only these are read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPaths } from './list-paths.mjs';
import { root, runCheckAlone } from './script.mjs';

/** Words that open a fragment, or a sentence whose subject is missing. */
const openings = new Set(
  (
    'Above After Also Anew And Ascending Aside At Before Behind Below Beside Besides Between Beyond But By During Else Empty False For From ' +
    'How If In Instead It Its Left Never Nobody None Not Nothing Of On Once One Only Or Other Others Otherwise Out Over Put Said Since So ' +
    'Some Somebody Something Taken That Their Them Then They This Those Though Till To Told True Under Undefined Unless Until Up Upon What ' +
    'Whatever When Where Which While Who Whoever Whom Whose Why With Within Without Wished'
  ).split(' '),
);

/** Words that have no place in a comment or a page, each with what to write instead. */
const replacements = new Map([
  ['anew', 'again, re-'],
  ['at once', 'immediately, simultaneously'],
  ['beside', 'alongside, next to'],
  ['comes to an end', 'expires, finishes'],
  ['for people', 'human-readable'],
  ['in vain', 'without success'],
  ['is no', 'is not a'],
  ['made up', 'synthetic'],
  ['nobody', 'the caller, client, worker or replica'],
  ['on its way', 'in flight'],
  ['pushed out', 'evicted'],
  ['sign of life', 'heartbeat'],
  ['somebody', 'the caller, client, worker or replica'],
  ['told', 'returned, logged, printed, reported'],
  ['under way', 'in progress'],
  ['whoever', 'the caller, client, worker or replica'],
  ['wish', 'warmth rule, options'],
  ['wished', 'required, requested'],
  ['wishes', 'warmth rules, options'],
]);
const replaced = new RegExp(
  `(?<![\\w'\`"./-])(?<!there )(${[...replacements.keys()].join('|')})(?! (?:longer|more|less|fewer|such))(?![\\w'\`"/-])`,
  'gi',
);

const isSource = (path) =>
  /\.(ts|mjs|cjs|js|proto)$/.test(path) && !/\/src\/gen\/|^protos\/(grpc|inference)/.test(path);
const isPage = (path) => path.endsWith('.md') && !/^(CHANGELOG\.md|docs\/reference\/)/.test(path);

const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/** Returns the comments of a source file, each with its first line. The delimiters are left out. */
const commentsIn = (text) =>
  [...text.matchAll(/\/\*\*?([\s\S]*?)\*\/|(?<=^|[\s;,{(])\/\/([^\n]*)/g)].map((match) => ({
    line: lineAt(text, match.index),
    text: (match[1] ?? match[2]).replaceAll(/\n\s*\*/g, '\n'),
    isDocstring: match[0].startsWith('/**'),
  }));

/** Returns the comments that open a declaration of a proto: the first line of each block of `//` lines. */
const protoDocstrings = (text) =>
  [...text.matchAll(/(?<=^|\n)[ \t]*\/\/([^\n]*)(?:\n[ \t]*\/\/[^\n]*)*/g)].map((match) => ({
    line: lineAt(text, match.index),
    text: match[1],
  }));

function findOpenings(path, text) {
  const docstrings = path.endsWith('.proto')
    ? protoDocstrings(text)
    : commentsIn(text).filter(({ isDocstring }) => isDocstring);
  return docstrings.flatMap(({ line, text: comment }) => {
    const word = /^\s*([A-Za-z]+)/.exec(comment)?.[1];
    return word !== undefined && openings.has(word) ? [`${path}:${line}: the docstring opens with "${word}"`] : [];
  });
}

function findReplaced(path, text) {
  const parts = isPage(path) ? [{ line: 1, text }] : commentsIn(text);
  return parts.flatMap(({ line, text: part }) =>
    [...part.matchAll(replaced)].map(
      ({ 0: word, index }) =>
        `${path}:${line + lineAt(part, index) - 1}: instead of "${word}", write ${replacements.get(word.toLowerCase())}`,
    ),
  );
}

/** Returns the exit code and one line for each finding in the files that begin with one of the given paths, by default all. */
export function checkWords(paths = []) {
  const isChosen = (file) => paths.length === 0 || paths.some((path) => file.startsWith(path));
  const files = listPaths().filter(isChosen);
  const findings = files.flatMap((file) => {
    if (!isSource(file) && !isPage(file)) return [];
    const text = readFileSync(join(root, file), 'utf8');
    return [...(isSource(file) ? findOpenings(file, text) : []), ...findReplaced(file, text)];
  });
  return { code: findings.length > 0 ? 1 : 0, output: findings.join('\n') };
}

await runCheckAlone(import.meta.url, () => checkWords(process.argv.slice(2)));
