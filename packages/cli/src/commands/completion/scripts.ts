// Completion scripts for bash, zsh and fish. They call `pareto __complete`, which prints one suggestion per line. They run
// the command by its path, because the name that was typed may be an alias, which a script does not expand.

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The only line of a reply that requests the shell's own file completion. */
export const filesMark = ':files';

const bash = (command: string): string => `# pareto: completion for bash
_pareto() {
  local line words=() replies=() typed prefix
  read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  typed="\${words[\${#words[@]}-1]}"
  while IFS= read -r line; do replies+=("\${line%%$'\\t'*}"); done < <(${command} __complete "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  if [[ "\${replies[0]}" == "${filesMark}" ]]; then
    compopt -o default
    return
  fi
  # Bash splits words at colons and equals signs.
  prefix="\${typed%"\${typed##*[:=]}"}"
  for line in "\${replies[@]}"; do COMPREPLY+=("\${line#"$prefix"}"); done
}
complete -F _pareto pareto
`;

const zsh = (command: string): string => `#compdef pareto
# pareto: completion for zsh
_pareto() {
  local line
  local -a lines described
  lines=("\${(@f)$(${command} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == "${filesMark}" ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] && described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe pareto described
}
if [[ "\${funcstack[1]}" == _pareto ]]; then _pareto; else compdef _pareto pareto; fi
`;

const fish = (command: string): string => `# pareto: completion for fish
function __pareto_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (${command} __complete $words[2..] 2>/dev/null)
    if test "$lines[1]" = "${filesMark}"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c pareto -f -a '(__pareto_complete)'
`;

const scripts: Readonly<Record<Shell, (command: string) => string>> = { bash, zsh, fish };

/** Returns the script of a shell, which runs the command at the path `command`. */
export const completionScript = (shell: Shell, command: string): string =>
  scripts[shell](`'${command.replaceAll("'", `'\\''`)}'`);
