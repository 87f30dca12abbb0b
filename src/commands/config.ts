import { resolveConfig } from '../config/config.ts'
import { CONFIG_FILE } from '../config/file.ts'
import { suggestName } from '../config/parsers.ts'
import { maskSecrets } from '../config/secrets.ts'
import { SETTINGS, type Setting, type SettingKey } from '../config/settings.ts'
import { Failure, quoted } from '../errors.ts'
import { formatTable } from '../terminal/table.ts'
import { type CommandInput, openReport, print, printJson, settingFlags } from './io.ts'
import { writeNewFile, writeOutput } from './output.ts'

/** Prints the settings, or writes an example of the file, or prints the schema of the file. */
export default async function config(io: CommandInput): Promise<void> {
  const [verb, file] = io.arguments
  if (verb === undefined) return printSettings(io)
  if (verb === 'init') return writeExample(io, file ?? io.options.config ?? CONFIG_FILE)
  if (verb === 'schema') return writeSchema(io, file)
  throw new Failure('usage', `config: unexpected argument ${quoted(verb)}; ${suggestName(verb, ['init', 'schema'])}`)
}

async function writeExample({ options }: CommandInput, path: string): Promise<void> {
  const { exampleFile } = await import('../config/example.ts')
  if (!(await writeNewFile(path, exampleFile()))) return
  if (options.json) return printJson({ file: path })
  const report = await openReport(options)
  report.info(`wrote ${path}; every line in it is a comment, so nothing changes until you edit it`)
  report.close()
}

async function writeSchema({ options }: CommandInput, path = '-'): Promise<void> {
  const { configSchema } = await import('../config/jsonSchema.ts')
  const report = await openReport(options)
  await writeOutput(path, `${JSON.stringify(configSchema(), null, 2)}\n`, report)
  report.close()
}

/** Prints every setting: its value as the user wrote it, and where it was set. */
async function printSettings(io: CommandInput): Promise<void> {
  const { origins } = await resolveConfig(settingFlags(io.options), process.env, io.options.config)
  const rows = (Object.keys(SETTINGS) as SettingKey[]).map((setting) => {
    const { written, origin } = origins[setting]
    const { mask = maskText }: Setting<unknown> = SETTINGS[setting]
    return { setting, value: mask(written), origin, about: SETTINGS[setting].about }
  })
  if (io.options.json) {
    return printJson(Object.fromEntries(rows.map(({ setting, value, origin }) => [setting, { value, origin }])))
  }
  const columns = [
    { title: 'setting' },
    { title: 'value', share: 2 },
    { title: 'from' },
    { title: 'meaning', share: 2, below: true },
  ]
  const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  await print(
    formatTable(
      columns,
      rows.map(({ setting, value, origin, about }) => [setting, toText(value), origin, about]),
    ),
  )
}

function maskText(value: unknown): unknown {
  return typeof value === 'string' ? maskSecrets(value) : value
}
