// Checks the subjects of all commits since the one that added this file: `type(scope): imperative`, one change, at most
// 72 characters.
import { run, runCheckAlone } from './script.mjs';

const maxLength = 72;
const form = /^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([a-z0-9, -]+\))?!?: [a-z`]/;

/** Returns what is wrong with a commit's subject, or undefined if nothing is. */
function faultOf(subject) {
  if (subject.startsWith('Merge ') || subject.startsWith('Revert ')) return undefined;
  if (subject.length > maxLength) return `it has ${subject.length} characters; the limit is ${maxLength}`;
  if (subject.includes(';')) return 'it joins several changes with a semicolon; make one commit of each';
  if (!form.test(subject))
    return 'it does not have the form "type(scope): imperative", for example "fix(router): retry once"';
  return undefined;
}

/** Returns the hash and the subject of each commit since this file was added. Empty without a git history. */
async function listSubjects() {
  const added = await run('git', ['log', '--diff-filter=A', '--format=%H', '--', 'scripts/check-commits.mjs']);
  const first = added.code === 0 ? added.output.trim().split('\n').at(-1) : '';
  if (!first) return [];
  const { output } = await run('git', ['log', '--format=%h %s', `${first}..HEAD`]);
  return output.split('\n').filter((line) => line !== '');
}

export async function checkCommits() {
  const findings = (await listSubjects()).flatMap((line) => {
    const [hash, subject] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    const fault = faultOf(subject);
    return fault === undefined ? [] : [`${hash} "${subject}": ${fault}`];
  });
  return { code: findings.length > 0 ? 1 : 0, output: findings.join('\n') };
}

await runCheckAlone(import.meta.url, checkCommits);
