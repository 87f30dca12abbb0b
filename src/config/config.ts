import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Failure, quoted } from '../errors.ts'
import { EMPTY, InvalidValue, isEmpty, suggestName } from './parsers.ts'
import { type Config, SETTINGS, type Setting, type SettingKey } from './settings.ts'

const CONFIG_FILE = 'datagouv-tops.yaml'
/** A likely misspelling of the file name. It is rejected, or its settings would be silently ignored. */
const MISNAMED = 'datagouv-tops.yml'
const ENVIRONMENT_PREFIX = 'DATAGOUV_TOPS_'

const IN_FILE = Object.entries(SETTINGS).flatMap(([key, setting]) => ('notInFile' in setting ? [] : [key]))

/** Settings given by the caller, as text if on the command line. */
export type Flags = Readonly<Record<string, unknown>>

/** A resolved configuration, with the origin of each value and how it is written there. */
export interface ResolvedConfig {
  readonly config: Config
  readonly origins: Readonly<Record<SettingKey, { readonly origin: string; readonly written: unknown }>>
  /** Warnings about values that are allowed but probably not intended. Each names its origin. */
  readonly warnings: readonly string[]
}

/**
 * Resolves every setting: flags over environment over file over defaults.
 *
 * @param file the path given by `--config`; by default `datagouv-tops.yaml` in the working folder, if it exists
 * @throws Failure `usage` that names the setting and its origin, and for an unknown setting the closest known name
 */
export async function resolveConfig(
  flags: Flags = {},
  environment: Readonly<Record<string, string | undefined>> = {},
  file?: string,
): Promise<ResolvedConfig> {
  for (const key of Object.keys(flags)) refuseUnknown(key, Object.keys(SETTINGS), 'flag')
  const fromFile = await readConfigFile(file)
  const fromEnvironment = readEnvironment(environment)
  const config: Record<string, unknown> = {}
  const warnings: string[] = []
  const origins = {} as Record<SettingKey, { origin: string; written: unknown }>
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const { default: fallback, parse, warnings: warningsOf }: Setting<unknown> = SETTINGS[key]
    const given = [
      { origin: 'flag', written: flags[key] },
      { origin: 'environment', written: fromEnvironment[key] },
      { origin: fromFile.path, written: fromFile.settings[key] },
    ].find(({ written }) => written !== undefined)
    const { origin, written } = given ?? { origin: 'default', written: fallback }
    if (given !== undefined && isEmpty(written)) throw new Failure('usage', `${origin}: ${key} ${EMPTY}`)
    try {
      config[key] = parse(written)
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      throw new Failure('usage', `${origin}: ${key}${error.path} ${error.message}`)
    }
    origins[key] = { origin, written }
    warnings.push(...(warningsOf?.(written) ?? []).map((warning) => `${origin}: ${warning}`))
  }
  return { config: Object.freeze(config) as Config, origins, warnings }
}

async function readConfigFile(given?: string): Promise<{ path: string; settings: Record<string, unknown> }> {
  const path = given ?? CONFIG_FILE
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && given === undefined) {
      if (!existsSync(MISNAMED)) return { path, settings: {} }
      throw new Failure(
        'usage',
        `cannot use ${MISNAMED}: the file name is ${CONFIG_FILE}. Rename it, or add --config ${MISNAMED}.`,
      )
    }
    const why = code === 'ENOENT' ? 'it does not exist' : code
    throw new Failure('usage', `cannot read the configuration file ${path}: ${why}. Check --config.`, { cause: error })
  }
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { prettyErrors: true })
  const [mistake] = document.errors
  if (mistake) {
    const at = mistake.linePos?.[0]
    const where = at ? `, line ${at.line}, column ${at.col}` : ''
    throw new Failure('usage', `cannot read ${path}${where}: it is not YAML: ${mistake.message.split('\n')[0]}`)
  }
  const settings: unknown = toValues(document, path) ?? {}
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    throw new Failure(
      'usage',
      `cannot read ${path}: expected settings as "key: value" lines, found ${quoted(text.slice(0, 40))}`,
    )
  }
  for (const key of Object.keys(settings as object)) refuseUnknown(key, IN_FILE, path)
  return { path, settings: settings as Record<string, unknown> }
}

/** Converts the document to values, which fails for an alias without an anchor. */
function toValues(document: { toJS(): unknown }, path: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]
    throw new Failure('usage', `cannot read ${path}: it is not YAML: ${why}`, { cause: error })
  }
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
    else if (name.startsWith(ENVIRONMENT_PREFIX)) refuseUnknown(name, [...names.keys()], 'environment')
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

/** Says where a known setting is given instead. */
function correctPlace(name: string): string | undefined {
  const key = name.replace(ENVIRONMENT_PREFIX, '').toLowerCase()
  const setting = Object.entries(SETTINGS).find(([one]) => one === key)?.[1]
  if (setting === undefined) return undefined
  return 'environment' in setting ? `it is the variable ${setting.environment}` : `${key} is set in the file`
}
