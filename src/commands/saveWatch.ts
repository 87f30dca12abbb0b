import { existsSync } from 'node:fs'
import { chmod, readFile, realpath, stat } from 'node:fs/promises'
import { resolveConfig } from '../config/config.ts'
import { readConfigFile } from '../config/file.ts'
import { DEFAULT_WATCH, type Watch } from '../config/watch.ts'
import { watchYaml } from '../config/watchYaml.ts'
import { Failure, quoted } from '../errors.ts'
import type { Report } from '../terminal/report.ts'
import { writeOutput } from './output.ts'

/**
 * Adds a watch to the configuration file, and keeps its comments. To a file without watches, adds the
 * default watch as well: otherwise the new watch would replace it.
 *
 * @param given the path given by --config
 * @returns the path of the file
 * @throws Failure `usage` if a watch has this name
 */
export async function saveWatch(watch: Watch, given: string | undefined, report: Report): Promise<string> {
  const { path } = await readConfigFile(given, process.env)
  const { config } = await resolveConfig({}, process.env, given)
  if (config.watches.some(({ name }) => name === watch.name)) {
    const remedy = 'Choose another name: --save NAME.'
    throw new Failure(
      'usage',
      `cannot save the watch ${quoted(watch.name)} in ${path}: a watch with this name exists. ${remedy}`,
    )
  }
  const isNew = !existsSync(path)
  const file = isNew ? path : await realpath(path)
  const text = isNew ? '' : await readFile(file, 'utf8')
  const { mode } = isNew ? { mode: undefined } : await stat(file)
  await writeOutput(file, await withWatch(text, watch), report)
  if (mode !== undefined) await chmod(file, mode)
  return path
}

/** Adds a watch to the text of a configuration file, and leaves the rest as it is. */
async function withWatch(text: string, watch: Watch): Promise<string> {
  const { isSeq, parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const watches = document.get('watches')
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`
  if (!isSeq(watches)) return whole + (await watchYaml([DEFAULT_WATCH, watch]))
  const [, ...entry] = (await watchYaml([watch])).trimEnd().split('\n')
  if (watches.flow) {
    watches.add(document.createNode(parseDocument(entry.join('\n')).toJS()[0], { flow: true }))
    return document.toString({ lineWidth: 0, flowCollectionPadding: false })
  }
  const [start, end] = watches.range!
  const indent = ' '.repeat(start - (whole.lastIndexOf('\n', start) + 1))
  // The range may end before a comment on the same line.
  const at = whole[end - 1] === '\n' ? end : whole.indexOf('\n', end) + 1
  const lines = entry.map((line) => `${indent}${line.slice(2)}\n`)
  return whole.slice(0, at) + lines.join('') + whole.slice(at)
}
