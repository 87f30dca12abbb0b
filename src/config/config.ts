import { Failure, quoted } from '../errors.ts'
import { type ConfigFile, FILE_VARIABLE, readConfigFile } from './file.ts'
import { EMPTY, InvalidValue, isEmpty, suggestName } from './parsers.ts'
import { type Config, FILE_SETTINGS, SETTINGS, type Setting, type SettingKey } from './settings.ts'
import { DEFAULT_WATCH } from './watch.ts'

const ENVIRONMENT_PREFIX = 'DATAGOUV_TOPS_'

const IN_FILE = FILE_SETTINGS.map(([key]) => key)

/** Settings from the caller. Values from the command line are text. */
export type Flags = Readonly<Record<string, unknown>>

/** A resolved configuration, with the origin of each value and its spelling there. */
export interface ResolvedConfig {
  readonly config: Config
  readonly origins: Readonly<Record<SettingKey, { readonly origin: string; readonly written: unknown }>>
  /** Warnings about values that are allowed but probably not intended. Each names its origin. */
  readonly warnings: readonly string[]
}

/**
 * Resolves every setting: flags over environment over file over defaults.
 *
 * @param file the path given by `--config`; by default `readConfigFile` looks for one
 * @throws Failure `usage` that names the flag, the variable or the line, and for an unknown setting the closest known name
 */
export async function resolveConfig(
  flags: Flags = {},
  environment: Readonly<Record<string, string | undefined>> = {},
  file?: string,
): Promise<ResolvedConfig> {
  for (const key of Object.keys(flags)) refuseUnknown(key, Object.keys(SETTINGS), 'flag')
  const fromFile = await readConfigFile(file, environment)
  for (const key of Object.keys(fromFile.settings)) refuseUnknown(key, IN_FILE, fromFile.locate([key]))
  const fromEnvironment = readEnvironment(environment)
  const config: Record<string, unknown> = {}
  const warnings: string[] = []
  const origins = {} as Record<SettingKey, { origin: string; written: unknown }>
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const { default: fallback, parse, warnings: warningsOf }: Setting<unknown> = SETTINGS[key]
    const values = [
      { origin: 'flag', written: flags[key] },
      { origin: 'environment', written: fromEnvironment[key] },
      { origin: fromFile.path, written: fromFile.settings[key] },
    ].filter(({ written }) => written !== undefined)
    const parseValue = ({ origin, written }: (typeof values)[number]) => {
      try {
        if (isEmpty(written)) throw new InvalidValue(EMPTY)
        return parse(written)
      } catch (error) {
        throw error instanceof InvalidValue ? invalidSetting(key, origin, error, fromFile) : error
      }
    }
    const [first, ...overridden] = values
    const { origin, written } = first ?? { origin: 'default', written: fallback }
    config[key] = first === undefined ? parse(fallback) : parseValue(first)
    // Check these values too. Otherwise an error in the file would go unnoticed until nothing overrides it.
    for (const value of overridden) if (value.origin === fromFile.path) parseValue(value)
    origins[key] = { origin, written }
    warnings.push(...(warningsOf?.(written) ?? []).map((warning) => `${origin}: ${warning}`))
  }
  return { config: Object.freeze(config) as Config, origins, warnings }
}

/**
 * Returns the setting `metrics_file`, even if other settings are wrong: a run that fails because of them reports it there.
 *
 * @param file the path given by `--config`
 */
export async function readMetricsFileSetting(
  environment: Readonly<Record<string, string | undefined>>,
  file?: string,
): Promise<string | undefined> {
  const { environment: variable } = SETTINGS.metrics_file
  if (environment[variable]) return environment[variable]
  try {
    const { metrics_file: written } = (await readConfigFile(file, environment)).settings
    return typeof written === 'string' && !isEmpty(written) ? written : undefined
  } catch {
    return undefined
  }
}

/** Names the flag, the variable, or the line of the file that has the value. */
function invalidSetting(key: SettingKey, origin: string, error: InvalidValue, file: ConfigFile): Failure {
  const { flag, environment }: Setting<unknown> = SETTINGS[key]
  if (origin === 'flag') return new Failure('usage', error.describe(flag?.split(' ')[0] ?? key))
  if (origin === 'environment') return new Failure('usage', error.describe(environment!))
  return new Failure('usage', `${file.locate([key, ...(error.details.path ?? [])])}: ${error.describe(key)}`)
}

function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const names = new Map<string, SettingKey>()
  for (const [key, setting] of Object.entries(SETTINGS)) {
    if (!('environment' in setting)) continue
    names.set(setting.environment, key as SettingKey)
    if ('anyCase' in setting) names.set(setting.environment.toLowerCase(), key as SettingKey)
  }
  const found: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(environment)) {
    // Compose files and shells write "not set" as an empty variable.
    if (value === undefined || value === '') continue
    const key = names.get(name)
    if (key !== undefined) found[key] = name === name.toLowerCase() ? value : (found[key] ?? value)
    else if (name.startsWith(ENVIRONMENT_PREFIX) && name !== FILE_VARIABLE)
      refuseUnknown(name, [...names.keys(), FILE_VARIABLE], 'environment')
  }
  return found
}

function refuseUnknown(name: string, known: readonly string[], where: string): void {
  if (known.includes(name)) return
  throw new Failure(
    'usage',
    `${where}: unknown setting ${quoted(name)}; ${correctPlace(name) ?? suggestName(name, known)}`,
  )
}

function correctPlace(name: string): string | undefined {
  const key = name.replace(ENVIRONMENT_PREFIX, '').toLowerCase()
  const setting = Object.entries(SETTINGS).find(([one]) => one === key)?.[1]
  if (setting === undefined)
    return Object.hasOwn(DEFAULT_WATCH, key)
      ? `${key} belongs to a watch, in the setting watches of the file`
      : undefined
  return 'environment' in setting ? `it is the variable ${setting.environment}` : `${key} is set in the file`
}
