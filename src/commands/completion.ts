import { Failure } from '../errors.ts'
import { COMMANDS, type CommandSpec, SHARED_OPTIONS } from './commands.ts'
import { type Io, print } from './io.ts'

const NAME = 'datagouv-tops'

/** A script that completes commands and flags in a shell. */
export default async function completion({ arguments: [shell = ''] }: Io): Promise<void> {
  const script = SCRIPTS[shell]
  if (script === undefined) throw new Failure('usage', `completion is for one of: ${Object.keys(SCRIPTS).join(', ')}`)
  await print(script())
}

const SCRIPTS: Readonly<Record<string, () => string>> = { bash, zsh, fish }

interface Flag {
  /** `--date` */
  readonly name: string
  readonly about: string
  /** What its value is called; undefined when it takes none. */
  readonly value: string | undefined
}

function flagsOf({ options = [] }: CommandSpec): readonly Flag[] {
  return [...options, ...SHARED_OPTIONS, ['--help', 'display help for command'] as const].map(([flags, about]) => {
    const [, name, value] = /^(\S+)(?: <(\w+)>)?$/.exec(flags)!
    return { name: name!, about, value }
  })
}

/** Values that are files or folders; others are left to whoever types. */
const isPath = ({ value }: Flag) => value === 'file' || value === 'folder' || value === 'source'

function bash(): string {
  const cases = COMMANDS.map((command) => {
    const flags = flagsOf(command)
    const valued = flags.filter(({ value }) => value !== undefined)
    const paths = valued.filter(isPath).map(({ name }) => name)
    const others = valued.filter((flag) => !isPath(flag)).map(({ name }) => name)
    return `    ${command.name})
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
    mapfile -t COMPREPLY < <(compgen -W '${COMMANDS.map(({ name }) => name).join(' ')} --help --version' -- "$current")
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

function zsh(): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')
  const commands = COMMANDS.map(({ name, about }) => `    '${name}:${quoted(about)}'`)
  const cases = COMMANDS.map((command) => {
    const flags = flagsOf(command).map((flag) => {
      const value = flag.value === undefined ? '' : `:${flag.value}:${isPath(flag) ? '_files' : ' '}`
      return `        '${flag.name}[${quoted(flag.about)}]${value}'`
    })
    return `    ${command.name})\n      _arguments \\\n${flags.join(' \\\n')} \\\n        '*:argument:_files' ;;`
  })
  return `#compdef ${NAME}
# ${NAME} completion zsh > ~/.zfunc/_${NAME}   (with fpath+=~/.zfunc before compinit in ~/.zshrc)
_datagouv_tops() {
  local -a commands=(
${commands.join('\n')}
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

function fish(): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
  const lines = COMMANDS.flatMap((command) => [
    `complete -c ${NAME} -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.about)}`,
    ...flagsOf(command).map((flag) => {
      const value = flag.value === undefined ? '' : isPath(flag) ? ' -r' : ' -x'
      const condition = quoted(`__fish_seen_subcommand_from ${command.name}`)
      return `complete -c ${NAME} -n ${condition} -l ${flag.name.slice(2)}${value} -d ${quoted(flag.about)}`
    }),
  ])
  return `# ${NAME} completion fish > ~/.config/fish/completions/${NAME}.fish\n${lines.join('\n')}\n`
}
