import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Document, Node, Pair } from 'yaml'
import { Failure, quoted } from '../errors.ts'
import type { ValuePath } from './parsers.ts'
import { maskSecrets } from './secrets.ts'

export const CONFIG_FILE = 'datagouv-tops.yaml'
/** A likely misspelling of the file name. Rejected, because its settings would otherwise be silently ignored. */
const MISNAMED = 'datagouv-tops.yml'
/** The environment variable that names the file. */
export const FILE_VARIABLE = 'DATAGOUV_TOPS_CONFIG'

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  ENOTDIR: 'its folder is a file',
  EACCES: 'you have no permission to read it',
  EPERM: 'you have no permission to read it',
}

type Environment = Readonly<Record<string, string | undefined>>

/** The content of a configuration file. */
export interface ConfigFile {
  readonly path: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Returns the location of a key, or of its closest parent if the key is missing: `datagouv-tops.yaml, line 3`. */
  locate(path: ValuePath): string
}

/**
 * Reads the configuration file: the given one, that of $DATAGOUV_TOPS_CONFIG, or the first that exists in the working folder and in
 * the user's folder of settings.
 *
 * @throws Failure `usage` if the file cannot be read or is not YAML
 */
export async function readConfigFile(given: string | undefined, environment: Environment): Promise<ConfigFile> {
  const [path, origin] = findFile(given, environment)
  if (path === undefined) return { path: CONFIG_FILE, settings: {}, locate: () => CONFIG_FILE }
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = UNREADABLE[code ?? ''] ?? message
    throw new Failure('usage', `cannot read the configuration file ${path}: ${why}. Check ${origin}.`, { cause: error })
  }
  return parseFile(text, path)
}

/** Returns the path, and what to check if it cannot be read. */
function findFile(given: string | undefined, environment: Environment): [path?: string, origin?: string] {
  if (given !== undefined) return [given, '--config']
  const { [FILE_VARIABLE]: variable, XDG_CONFIG_HOME: xdg, HOME: home } = environment
  if (variable) return [variable, `the variable ${FILE_VARIABLE}`]
  // The XDG specification says to ignore relative paths.
  const base = xdg && isAbsolute(xdg) ? xdg : home ? join(home, '.config') : undefined
  for (const folder of ['', ...(base === undefined ? [] : [join(base, 'datagouv-tops')])]) {
    const path = join(folder, CONFIG_FILE)
    if (existsSync(path)) return [path, 'the file and its permissions']
    refuseMisnamed(join(folder, MISNAMED))
  }
  return []
}

function refuseMisnamed(path: string): void {
  if (!existsSync(path)) return
  throw new Failure('usage', `cannot use ${path}: the file name is ${CONFIG_FILE}. Rename it, or add --config ${path}.`)
}

async function parseFile(text: string, path: string): Promise<ConfigFile> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: true, lineCounter: lines })
  const [mistake] = document.errors
  if (mistake) throw notYaml(path, text, mistake)
  const settings: unknown = toValues(document, path) ?? {}
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    throw new Failure(
      'usage',
      `cannot read ${path}: expected settings as "key: value" lines, found ${quoted(text.trim().slice(0, 40))}`,
    )
  }
  const locate = (keys: ValuePath) => {
    const offset = offsetOf(document, keys)
    return offset === undefined ? path : `${path}, line ${lines.linePos(offset).line}`
  }
  return { path, settings: settings as Record<string, unknown>, locate }
}

/** Names the line and column of a mistake, and shows the line. */
function notYaml(
  path: string,
  text: string,
  { message, linePos }: { message: string; linePos?: readonly { line: number; col: number }[] | undefined },
): Failure {
  const at = linePos?.[0]
  const why = message
    .split('\n')[0]!
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/closing (["'])quote/, 'closing quote $1')
  if (at === undefined) return new Failure('usage', `cannot read ${path}: it is not YAML: ${why}`)
  const { number, line } = lastLineUpTo(at.line, text)
  const where = `${path}, line ${number}${number === at.line ? `, column ${at.col}` : ''}`
  return new Failure(
    'usage',
    `cannot read ${where}: it is not YAML: ${why}. The line is ${quoted(withoutSecrets(line))}.`,
  )
}

/** Returns the last line with text. A bracket that is never closed is found only at the end of the file, which is often empty. */
function lastLineUpTo(found: number, text: string): { readonly number: number; readonly line: string } {
  const lines = text.split(/\r?\n/).slice(0, found)
  const index = lines.findLastIndex((line) => line.trim() !== '')
  return { number: index + 1, line: lines[index] ?? '' }
}

/** Masks passwords and URL paths, because the path of a webhook is secret. */
function withoutSecrets(line: string): string {
  return maskSecrets(line).replace(/(https?:\/\/[^/\s]+\/)\S+/g, '$1***')
}

/** Converts the document to values. Fails if an alias has no anchor. */
function toValues(document: Document, path: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]
    throw new Failure('usage', `cannot read ${path}: it is not YAML: ${why}`, { cause: error })
  }
}

/** Returns the offset of a key in the file, or that of the closest parent that the file has. */
function offsetOf(document: Document, keys: ValuePath): number | undefined {
  let node = document.contents as Node | null
  let offset: number | undefined
  for (const key of keys) {
    const items = (node as { items?: readonly (Node | Pair<Node, Node | null>)[] } | null)?.items
    const found = typeof key === 'number' ? items?.[key] : items?.find((item) => isPairOf(item, key))
    if (found === undefined) break
    const isPair = 'key' in found
    offset = (isPair ? found.key : found)?.range?.[0] ?? offset
    node = isPair ? found.value : found
  }
  return offset
}

function isPairOf(item: Node | Pair<Node, Node | null>, key: string): boolean {
  return 'key' in item && (item.key as { value?: unknown }).value === key
}
