import { type CompletedCommand, NAME, type Source } from './model.ts'
import { VALUES } from './valuesCommand.ts'

/** Writes the completion script for fish. */
export function fish(commands: readonly CompletedCommand[]): string {
  return `# ${NAME} completion fish > ~/.config/fish/completions/${NAME}.fish
function __datagouv_tops_values
  set -l words (commandline -opc) (commandline -ct)
  $words[1] ${VALUES} $argv[1] $words[2..] 2>/dev/null
end
function __datagouv_tops_uses
  set -l words (commandline -opc)
  test "$words[2]" = $argv[1]
end
${commands.flatMap(linesFor).join('\n')}
`
}

const quote = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`

function linesFor({ name, about, flags, argument }: CompletedCommand): string[] {
  const condition = quote(`__datagouv_tops_uses ${name}`)
  const values = argument === 'files' ? [] : [`complete -c ${NAME} -n ${condition} -f${valuesOf(argument)}`]
  return [
    `complete -c ${NAME} -n __fish_use_subcommand -f -a ${name} -d ${quote(about)}`,
    ...values,
    ...flags.flatMap((flag) => {
      const value = flag.value === undefined ? '' : flag.source === 'files' ? ' -r' : ' -x'
      const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`
      const option = `complete -c ${NAME} -n ${condition} -l ${flag.name.slice(2)}${short}${value}`
      const values = valuesOf(flag.source)
      // On a line of their own, so that fish does not repeat the description beside each value.
      return [`${option} -d ${quote(flag.about)}`, ...(values === '' ? [] : [`${option}${values}`])]
    }),
  ]
}

function valuesOf(source: Source | undefined): string {
  if (source === undefined || source === 'files') return ''
  return ` -k -a ${quote(typeof source === 'string' ? `(__datagouv_tops_values ${source})` : source.join(' '))}`
}
