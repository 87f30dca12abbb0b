import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { COMMANDS, type CommandSpec, GROUPS } from './commands/commands.ts'
import type { CommandInput } from './commands/io.ts'
import { type OptionSpec, optionsOf, unusedOptions } from './commands/options.ts'
import { Failure, quoted } from './errors.ts'
import { printError, printErrorLine } from './terminal/printError.ts'
import { VERSION } from './version.ts'

/** Time limit for a stopped command to end cleanly. */
const STOP_MS = 4_000

const EXAMPLES = `
Examples:
  $ datagouv-tops demo                           try it offline, on bundled data
  $ datagouv-tops run                            publish today's edition
  $ datagouv-tops show                           read the latest edition
  $ datagouv-tops explain "horaires théoriques"  why is this dataset there, or not?

"datagouv-tops COMMAND --help" has the options and examples of a command, "man datagouv-tops" all of them.
The documentation is in the folder docs of the source. Start with docs/tutorial.md.`

/** Runs one command and returns its exit code. All errors are caught here. */
export async function main(argv: readonly string[]): Promise<number> {
  const name = argv[2]
  const stop = new AbortController()
  stopOnSignals(stop, findCommand(name)?.staysUp === true)
  // A reader that has seen enough (`| head`) is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  // If the reader of stderr is gone (a worker died but its task still runs), the run must still write its record.
  process.stderr.on('error', () => {})

  try {
    await createProgram(name, stop.signal).parseAsync(argumentsFor(argv))
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    printError(error)
    // A stopped command does not wait for hanging connections.
    if (error instanceof Failure && stop.signal.aborted) process.exit(error.exitCode)
    return error instanceof Failure ? error.exitCode : 1
  }
  if (stop.signal.aborted) process.exit(0)
  return 0
}

/** Makes `help X` an error if there is no command X. Commander would print the help of the program. */
function argumentsFor(argv: readonly string[]): readonly string[] {
  const [node, self, name, topic] = argv
  if (name !== 'help' || topic === undefined || findCommand(topic)) return argv
  return [node!, self!, topic]
}

function findCommand(name: string | undefined): CommandSpec | undefined {
  return COMMANDS.find((spec) => spec.name === name)
}

/**
 * Aborts the command at the first SIGINT or SIGTERM, and ends the process at the second or after STOP_MS.
 *
 * @param staysUp whether stopping is the regular end of the command
 */
function stopOnSignals(stop: AbortController, staysUp: boolean): void {
  const exit = (failure: Failure) => {
    if (!staysUp) printError(failure)
    process.exit(staysUp ? 0 : failure.exitCode)
  }
  const onSignal = (failure: Failure) => {
    if (stop.signal.aborted) exit(failure)
    stop.abort(failure)
    setTimeout(exit, STOP_MS, failure).unref()
  }
  process.on('SIGINT', () => onSignal(new Failure('interrupted', 'interrupted; no partial edition was published')))
  process.on('SIGTERM', () => onSignal(new Failure('terminated', 'terminated; no partial edition was published')))
}

/** @param name the first argument. If it is a command, only that one is created: creating all takes as long as running one. */
function createProgram(name: string | undefined, signal: AbortSignal): Command {
  const program = new Command('datagouv-tops')
    .usage('<command> [options]')
    .description(
      'Archive the datasets about mobility and transport on data.gouv.fr every Wednesday, and publish those of the most followed organizations.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text) => printErrorLine(toOneLine(text) + hintFor(name), 'usage', 2) })
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${findCommand(command.name())?.arguments ?? ''}` })
    .showSuggestionAfterError()
    .commandsGroup(`${GROUPS.operate}:`)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', EXAMPLES)
    // refuseExcess reports them, with a suggestion.
    .allowExcessArguments()
  const named = COMMANDS.filter((spec) => spec.name === name)
  for (const group of Object.keys(GROUPS))
    for (const spec of named.length > 0 ? named : COMMANDS.filter((one) => one.group === group))
      if (spec.group === group) program.addCommand(createCommand(spec, signal).copyInheritedSettings(program))
  return program
}

/** Says what to do about an error that commander found. */
function hintFor(name: string | undefined): string {
  if (name === '-v') return '; -V is --version, and -v is --verbose after a command'
  if (name?.startsWith('-')) return '; options follow the command'
  return findCommand(name) ? `; see "datagouv-tops ${name} --help"` : '; "datagouv-tops help" lists the commands'
}

/** Reformats an error message of commander. */
function toOneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replace(/\.$/, '')
    .replaceAll('\n', ' ')
}

function createCommand(spec: CommandSpec, signal: AbortSignal): Command {
  const command = new Command(spec.name)
    .description(spec.about)
    .usage(`${spec.arguments ?? ''} [options]`.trim())
    .helpGroup(`${GROUPS[spec.group]}:`)
  const names = spec.arguments?.split(' ') ?? []
  // The command itself says what is missing, with an example.
  for (const name of names) command.argument(`[${name.replace(/[[\]<>]/g, '')}]`)
  for (const option of optionsOf(spec)) command.addOption(createOption(option))
  for (const option of unusedOptions(spec)) command.addOption(createOption(option).hideHelp())
  const examples = spec.examples.map((example) => `  $ datagouv-tops ${example}`).join('\n')
  command.addHelpText('after', `\nExamples:\n${examples}`)
  return command.action(async (...received) => {
    refuseEmpty(command)
    refuseTwoFormats(spec, command.opts())
    const given = received.slice(0, -2).flat() as (string | undefined)[]
    if (!names.at(-1)?.includes('...')) refuseExcess(spec, command.args.slice(names.length), command.args)
    const io: CommandInput = { options: command.opts(), arguments: given.filter((one) => one !== undefined), signal }
    await (await spec.load()).default(io)
  })
}

function createOption([flags, about, kind]: OptionSpec): Option {
  const option = new Option(flags, about)
  if (kind === 'list') option.argParser((value, all: string[] = []) => [...all, value])
  if (kind === 'number') option.argParser(parseWholeNumber)
  if (kind === 'port') option.argParser(parsePort)
  if (kind === 'once') option.argParser((value, before?: string) => parseOnce(option.long!, value, before))
  return option
}

/** Suggests --date for `explain X 2026-11-18`, and quotes for a title of several words. */
function refuseExcess(
  { name, options = [], ...spec }: CommandSpec,
  [excess]: readonly string[],
  all: readonly string[],
): void {
  if (excess === undefined) return
  const takesDate = options.some(([flags]) => flags.startsWith('--date '))
  const isDate = takesDate && /^\d|^(due|today|yesterday|latest)$/.test(excess) && !spec.arguments?.includes('[date]')
  const isTitle = spec.arguments === '<dataset>'
  const meant = isDate ? `--date ${excess}` : isTitle ? `${name} ${quoted(all.join(' '))}` : undefined
  const next = meant === undefined ? `see "datagouv-tops ${name} --help"` : `did you mean ${meant}?`
  const what = spec.arguments === undefined ? 'no argument' : 'no further argument'
  throw new Failure('usage', `${name} takes ${what} ${quoted(excess)}; ${next}`)
}

function refuseTwoFormats({ formats = [] }: CommandSpec, options: Readonly<Record<string, unknown>>): void {
  const given = formats.filter((name) => options[name] === true).map((name) => `--${name}`)
  if (given.length < 2) return
  throw new Failure('usage', `cannot print two formats at once: ${given.join(' and ')} are given. Keep one of them.`)
}

/** An empty value is most often a shell variable that is not set. The default in its place would hide that. */
function refuseEmpty(command: Command): void {
  const options: Readonly<Record<string, unknown>> = command.opts()
  const isEmpty = (value: unknown) => [value].flat().some((one) => typeof one === 'string' && one.trim() === '')
  const flag = command.options.find((option) => isEmpty(options[option.attributeName()]))?.long
  if (flag !== undefined || isEmpty(command.args))
    throw new Failure('usage', `${flag ?? 'an argument'} is empty; give it a value, or leave it out`)
}

function parseWholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text)
  throw new InvalidArgumentError('It must be a port from 1 to 65535, or 0 for any free one.')
}

function parseOnce(flag: string, value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new Failure(
    'usage',
    `cannot use both ${flag} ${quoted(before)} and ${flag} ${quoted(value)}. Keep one of them.`,
  )
}
