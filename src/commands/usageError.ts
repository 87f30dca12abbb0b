import { COMMANDS } from './commands.ts'

/** Options of another command, and the option of this one that does the same. */
const SAME_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  search: { '--word': '--match word' },
  filter: { '--match': '--word' },
}

/**
 * Writes an error that commander reports as one line, with a remedy.
 *
 * @param name the first argument, which may be a command
 */
export function describeUsageError(text: string, name = ''): string {
  const line = toOneLine(text)
  const [unknown, flag = ''] = /^unknown option '(--[\w-]+)(?:=[^']*)?'/.exec(line) ?? []
  const same = SAME_OPTIONS[name]?.[flag]
  return same === undefined ? line + hintFor(name) : `${unknown}; did you mean ${same}?`
}

function hintFor(name: string): string {
  if (name.startsWith('-')) return '; options follow the command'
  return COMMANDS.some((spec) => spec.name === name)
    ? `; see "datagouv-tops ${name} --help"`
    : '; "datagouv-tops help" lists the commands'
}

function toOneLine(text: string): string {
  return (
    text
      .replace(/^error: /, '')
      // The value of an option may be a secret.
      .replace(/^(unknown option '[^'=]*)=[^']*'/, "$1'")
      .replace(/^option '(?:-\w, )?(--[\w-]+) (<.*>)' argument missing/, '$1 needs a value: $1 $2')
      .trim()
      .replace(/\.$/, '')
      .replaceAll('\n', ' ')
  )
}
