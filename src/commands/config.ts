import { resolveConfig } from '../config/config.ts'
import { maskSecrets } from '../config/secrets.ts'
import { SETTINGS, type Setting, type SettingKey } from '../config/settings.ts'
import { formatTable } from '../terminal/table.ts'
import { type CommandInput, print, printJson, settingFlags } from './io.ts'

/** Prints every setting with its value as written, and where. */
export default async function config(io: CommandInput): Promise<void> {
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
