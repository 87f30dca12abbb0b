import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A code block in the documentation. */
export interface Block {
  /** Page and line, as `README.md:48`. */
  readonly location: string
  readonly language: string
  readonly text: string
  /** Why the tests do not run it, from the comment above it: `<!-- not run: … -->`. */
  readonly notRun: string | undefined
}

export const PAGES = [
  'README.md',
  ...readdirSync(`${ROOT}docs`).flatMap((name) => (/\.md$/.test(name) ? [`docs/${name}`] : [])),
]

/** Returns the code blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const markdown = readFileSync(`${ROOT}${page}`, 'utf8')
  const blocks = markdown.matchAll(/(?:^<!-- not run: ([^\n]*) -->\n+)?^```(\w*)\n(.*?)^```$/gms)
  return [...blocks].map(([whole, notRun, language, text], index, all) => {
    const start = markdown.indexOf(whole!, index === 0 ? 0 : markdown.indexOf(all[index - 1]![0]!))
    return {
      location: `${page}:${markdown.slice(0, start).split('\n').length}`,
      language: language!,
      text: text!,
      notRun,
    }
  })
}

/** A command of a console session, and its output on the page. */
export interface Step {
  readonly command: string
  readonly output: string
}

/** Splits a console session into its steps: `$ ` starts a command, and its output follows. */
export function stepsOf({ text }: Block): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command, ...output] = step.trimEnd().split('\n')
      return { command: command!, output: output.join('\n') }
    })
}

/** Whether a command printed what the page shows. A final … on the page stands for the rest. */
export function matches(actual: string, shown: string): boolean {
  const expected = normalize(shown)
  return expected.endsWith('…') ? normalize(actual).startsWith(expected.slice(0, -1)) : normalize(actual) === expected
}

/** Writes the output of a command into a page. If the page shows only its start, it shows as much of it as before. */
export function replaceOutput(page: string, command: string, shown: string, actual: string): void {
  const output = shown.endsWith('…') ? `${actual.slice(0, shown.length - 1)}…` : actual
  const markdown = readFileSync(`${ROOT}${page}`, 'utf8')
  writeFileSync(
    `${ROOT}${page}`,
    markdown.replace(`$ ${command}\n${shown}\n`, () => `$ ${command}\n${output}\n`),
  )
}

/** Replaces values that change with each run: times, rates, ids, ports. */
export function normalize(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '# s')
    .replace(/\d+(\.\d+)? ([kM]?B|bytes)\/s/g, '# B/s')
    .replace(/\d{8}T\d{9}Z-[0-9a-f]{6}/g, 'RUN')
    .replace(/in \d+ (days?|h|min)/g, 'in # days')
    .replace(/\b[0-9a-f]{64}\b/g, 'SHA256')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
