import { type CompletedCommand, NAME, type Source } from './model.ts'
import { VALUES } from './valuesCommand.ts'

/** Writes the completion script for zsh. */
export function zsh(commands: readonly CompletedCommand[]): string {
  const descriptions = commands.map(({ name, about }) => `    '${name}:${quote(about)}'`)
  return `#compdef ${NAME}
# ${NAME} completion zsh > ~/.zfunc/_${NAME}   (with fpath+=~/.zfunc before compinit in ~/.zshrc)
_datagouv_tops_values() {
  local -a values=(\${(f)"$($program ${VALUES} $1 "\${words[@]}" 2>/dev/null)"})
  compadd -V values -a values
}
_datagouv_tops() {
  local -a commands=(
${descriptions.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local program=\${words[1]} command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
compdef _datagouv_tops ${NAME}
`
}

const quote = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const lines = flags.map((flag) => {
    const names = flag.short === undefined ? flag.name : `(${flag.short} ${flag.name})'{${flag.short},${flag.name}}'`
    const value = flag.value === undefined ? '' : `:${flag.value}:${action(flag.source)}`
    return `        '${names}[${quote(flag.about)}]${value}'`
  })
  const rest = argument === undefined ? [] : [`        '*:argument:${action(argument)}'`]
  return `    ${name})\n      _arguments \\\n${[...lines, ...rest].join(' \\\n')} ;;`
}

function action(source: Source | undefined): string {
  if (source === undefined) return ' '
  if (source === 'files') return '_files'
  return typeof source === 'string' ? ` _datagouv_tops_values ${source}` : `(${source.join(' ')})`
}
