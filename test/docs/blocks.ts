import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A block of code in the documentation. */
export interface Block {
  /** `README.md:48` */
  readonly at: string
  readonly language: string
  readonly text: string
  /** Why it is not run here, as the comment before it says: `<!-- not run: … -->`. */
  readonly notRun: string | undefined
}

export const PAGES = [
  'README.md',
  ...readdirSync(`${ROOT}docs`).flatMap((name) => (/\.md$/.test(name) ? [`docs/${name}`] : [])),
]

/** The blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const markdown = readFileSync(`${ROOT}${page}`, 'utf8')
  const blocks = markdown.matchAll(/(?:^<!-- not run: ([^\n]*) -->\n+)?^```(\w*)\n(.*?)^```$/gms)
  return [...blocks].map(([whole, notRun, language, text], index, all) => {
    const start = markdown.indexOf(whole!, index === 0 ? 0 : markdown.indexOf(all[index - 1]![0]!))
    return {
      at: `${page}:${markdown.slice(0, start).split('\n').length}`,
      language: language!,
      text: text!,
      notRun,
    }
  })
}

/** A command of a session, and what the page shows of its output. */
export interface Step {
  readonly command: string
  readonly shown: string
}

/** `$ ` begins a command; lines after it are what it prints. */
export function stepsOf({ text }: Block): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command, ...shown] = step.trimEnd().split('\n')
      return { command: command!, shown: shown.join('\n') }
    })
}

/** Text in which what differs from run to run is left out: times, rates, ids, ports of the moment. */
export function steady(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '# s')
    .replace(/\d+(\.\d+)? ([kM]?B|bytes)\/s/g, '# B/s')
    .replace(/\d{8}T\d{9}Z-[0-9a-f]{6}/g, 'RUN')
    .replace(/in \d+ (days?|h|min)/g, 'in # days')
    .replace(/\b[0-9a-f]{64}\b/g, 'SHA256')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
