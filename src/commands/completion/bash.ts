import { type CompletedCommand, NAME, type Source } from './model.ts'
import { VALUES } from './valuesCommand.ts'

/** Writes the completion script for bash. */
export function bash(commands: readonly CompletedCommand[]): string {
  return `# ${NAME} completion bash > ~/.local/share/bash-completion/completions/${NAME}
_datagouv_tops_values() {
  mapfile -t COMPREPLY < <(compgen -W "$("\${COMP_WORDS[0]}" ${VALUES} "$1" "\${COMP_WORDS[@]:1}" 2>/dev/null)" -- "$current")
}
_datagouv_tops_words() {
  mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current")
}
_datagouv_tops_files() {
  compopt -o default
  COMPREPLY=()
}
_datagouv_tops() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} flags argument
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _datagouv_tops_words '${commands.map(({ name }) => name).join(' ')} --help --version'
    return
  fi
  case \${COMP_WORDS[1]} in
${commands.map(commandCase).join('\n')}
    *) return ;;
  esac
  if [[ $current == -* ]]; then
    _datagouv_tops_words "$flags"
  else
    $argument
  fi
}
complete -F _datagouv_tops ${NAME}
`
}

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const valued = flags.filter(({ value }) => value !== undefined)
  const cases = valued.map((flag) => `        ${flag.name}) ${call(flag.source)}; return ;;`)
  const choose = cases.length > 0 ? `      case $previous in\n${cases.join('\n')}\n      esac\n` : ''
  return `    ${name})
${choose}      flags='${flags.map(({ name }) => name).join(' ')}'
      argument='${call(argument)}' ;;`
}

/** Writes the command that completes a value. */
function call(source: Source | undefined): string {
  if (source === undefined) return ':'
  if (source === 'files') return '_datagouv_tops_files'
  if (typeof source === 'string') return `_datagouv_tops_values ${source}`
  return `_datagouv_tops_words ${source.join(' ')}`
}
