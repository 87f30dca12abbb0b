import { Failure, quoted } from '../errors.ts'
import type { CommandSpec, OptionSpec } from './commands.ts'
import { type CommandInput, print } from './io.ts'

const NAME = 'datagouv-tops'

/** Creates the command that prints a completion script for a shell. */
export function createCompletion(specs: readonly CommandSpec[], sharedOptions: readonly OptionSpec[]) {
  const commands = specs.map(({ name, about, options = [] }) => ({
    name,
    about,
    flags: [...options, ...sharedOptions, ['--help', 'display help for command'] as const].map(parseFlag),
  }))
  return {
    default: async ({ arguments: [shell = ''] }: CommandInput): Promise<void> => {
      const script = SCRIPTS[shell]
      if (script !== undefined) return print(script(commands))
      const why = shell === '' ? 'no shell is given' : `the shell ${quoted(shell)} is not supported`
      throw new Failure('usage', `cannot print a completion script: ${why}. Add bash, zsh or fish.`)
    },
  }
}

const SCRIPTS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish }

interface Command {
  readonly name: string
  readonly about: string
  readonly flags: readonly Flag[]
}

interface Flag {
  /** `--date` */
  readonly name: string
  readonly about: string
  /** The name of its value; undefined if it takes none. */
  readonly value: string | undefined
}

function parseFlag([flags, about]: OptionSpec): Flag {
  const [, name, value] = /^(\S+)(?: <(\w+)>)?$/.exec(flags)!
  return { name: name!, about, value }
}

/** Whether the value of a flag is a path, which shells can complete. */
const isPath = ({ value }: Flag) => value === 'file' || value === 'folder' || value === 'source'

function bash(commands: readonly Command[]): string {
  const cases = commands.map(({ name, flags }) => {
    const valued = flags.filter(({ value }) => value !== undefined)
    const paths = valued.filter(isPath).map(({ name }) => name)
    const others = valued.filter((flag) => !isPath(flag)).map(({ name }) => name)
    return `    ${name})
      case $previous in
        ${paths.join(' | ')}) compopt -o default; COMPREPLY=(); return ;;
        ${others.join(' | ')}) return ;;
      esac
      flags='${flags.map(({ name }) => name).join(' ')}' ;;`
  })
  return `# ${NAME} completion bash > ~/.local/share/bash-completion/completions/${NAME}
_datagouv_tops() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} flags
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '${commands.map(({ name }) => name).join(' ')} --help --version' -- "$current")
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  else
    compopt -o default
    COMPREPLY=()
  fi
}
complete -F _datagouv_tops ${NAME}
`
}

function zsh(commands: readonly Command[]): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')
  const descriptions = commands.map(({ name, about }) => `    '${name}:${quote(about)}'`)
  const cases = commands.map(({ name, flags }) => {
    const lines = flags.map((flag) => {
      const value = flag.value === undefined ? '' : `:${flag.value}:${isPath(flag) ? '_files' : ' '}`
      return `        '${flag.name}[${quote(flag.about)}]${value}'`
    })
    return `    ${name})\n      _arguments \\\n${lines.join(' \\\n')} \\\n        '*:argument:_files' ;;`
  })
  return `#compdef ${NAME}
# ${NAME} completion zsh > ~/.zfunc/_${NAME}   (with fpath+=~/.zfunc before compinit in ~/.zshrc)
_datagouv_tops() {
  local -a commands=(
${descriptions.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _datagouv_tops ${NAME}
`
}

function fish(commands: readonly Command[]): string {
  const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
  const lines = commands.flatMap(({ name, about, flags }) => [
    `complete -c ${NAME} -n __fish_use_subcommand -f -a ${name} -d ${quote(about)}`,
    ...flags.map((flag) => {
      const value = flag.value === undefined ? '' : isPath(flag) ? ' -r' : ' -x'
      const condition = quote(`__fish_seen_subcommand_from ${name}`)
      return `complete -c ${NAME} -n ${condition} -l ${flag.name.slice(2)}${value} -d ${quote(flag.about)}`
    }),
  ])
  return `# ${NAME} completion fish > ~/.config/fish/completions/${NAME}.fish\n${lines.join('\n')}\n`
}
