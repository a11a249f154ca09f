// Plans shell completion: the commands, options, option values or names that can follow the words typed so far. Pure.

import type { Argument, Command, Option } from 'commander';

export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

/** Source of suggestions: a list of words, names that are read from the cluster, or the shell's file completion. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly Suggestion[] }
  | {
      readonly kind: 'names';
      readonly command: string;
      readonly placeholder: string;
      readonly given: readonly string[];
    }
  | { readonly kind: 'files' };

/** Plans the completion of the last of `words`, which is still being typed and may be empty. */
export function planCompletion(program: Command, words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const { command, given, pending } = walk(program, words.slice(0, -1));
  if (pending !== undefined) return valuesOf(command, pending);
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(typed) ?? [];
  if (flag !== undefined && value !== undefined) {
    const option = findOption(command, flag);
    const values = option === undefined ? { kind: 'files' as const } : valuesOf(command, option);
    return values.kind === 'words'
      ? { ...values, words: values.words.map((each) => ({ ...each, value: `${flag}=${each.value}` })) }
      : values;
  }
  if (typed.startsWith('-')) return { kind: 'words', words: optionsOf(command) };
  if (command.commands.length > 0) return { kind: 'words', words: commandsOf(command) };
  const argument = argumentAt(command, given.length);
  if (argument === undefined) return { kind: 'words', words: [] };
  if (argument.argChoices !== undefined) return wordsOf(argument.argChoices);
  return completionOf(command, argument.name(), given);
}

interface Cursor {
  readonly command: Command;
  /** Arguments before the word being typed. */
  readonly given: readonly string[];
  /** The option whose value is being typed. */
  readonly pending: Option | undefined;
}

function walk(program: Command, words: readonly string[]): Cursor {
  let command = program;
  let pending: Option | undefined;
  const given: string[] = [];
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (word.startsWith('-')) {
      const option = findOption(command, word);
      pending = option !== undefined && takesValue(option) ? option : undefined;
    } else {
      const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
      if (next === undefined) given.push(word);
      else command = next;
    }
  }
  return { command, given, pending };
}

const takesValue = (option: Option): boolean => option.required || option.optional;

const ancestors = (command: Command): readonly Command[] =>
  command.parent === null ? [command] : [command, ...ancestors(command.parent)];

const allOptions = (command: Command): readonly Option[] =>
  ancestors(command)
    .flatMap(({ options }) => options)
    .filter(({ hidden }) => !hidden);

const findOption = (command: Command, flag: string): Option | undefined =>
  allOptions(command).find(({ long, short }) => flag === long || flag === short);

function optionsOf(command: Command): readonly Suggestion[] {
  const options = allOptions(command).map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    about: description,
  }));
  return [...options, { value: '--help', about: 'show the help of this command' }];
}

const commandsOf = (command: Command): readonly Suggestion[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({
      value: each.name(),
      about: each.summary() || each.description(),
    }));

/** Returns the declared argument at a position. A variadic last argument covers every later position. */
function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

const wordsOf = (values: readonly string[]): Completion => ({
  kind: 'words',
  words: values.map((value) => ({ value, about: '' })),
});

function valuesOf(command: Command, option: Option): Completion {
  if (option.argChoices !== undefined) return wordsOf(option.argChoices);
  return completionOf(command, option.long === '--target' || option.long === '--task' ? option.name() : 'file', []);
}

const filePlaceholders: ReadonlySet<string> = new Set(['file', 'path', 'paths', 'model', 'models']);

const completionOf = (command: Command, placeholder: string, given: readonly string[]): Completion =>
  filePlaceholders.has(placeholder)
    ? { kind: 'files' }
    : { kind: 'names', command: command.name(), placeholder, given };
