import { resolveConfig } from '../config/config.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { SETTINGS, type Setting, type SettingKey } from '../config/settings.ts'
import { table } from '../terminal/table.ts'
import { flagsOf, type Io, print, printJson } from './io.ts'

/** Every setting with its value as it was written, and where. */
export default async function config(io: Io): Promise<void> {
  const { origins } = await resolveConfig(flagsOf(io.options), process.env, io.options.config)
  const rows = (Object.keys(SETTINGS) as SettingKey[]).map((setting) => {
    const { written, origin } = origins[setting]
    const { shown = withoutSecret }: Setting<unknown> = SETTINGS[setting]
    return { setting, value: shown(written), origin, about: SETTINGS[setting].about }
  })
  if (io.options.json) {
    return printJson(Object.fromEntries(rows.map(({ setting, value, origin }) => [setting, { value, origin }])))
  }
  const columns = [
    { title: 'setting' },
    { title: 'value', share: 2 },
    { title: 'from' },
    { title: 'what it is', share: 2, below: true },
  ]
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  await print(
    table(
      columns,
      rows.map(({ setting, value, origin, about }) => [setting, text(value), origin, about]),
    ),
  )
}

function withoutSecret(value: unknown): unknown {
  return typeof value === 'string' ? withoutSecrets(value) : value
}
