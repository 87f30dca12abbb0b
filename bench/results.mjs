import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const PATH = resolve('bench/results.json')

/** Returns the results of all benchmarks: by section, the table in Markdown and, where the plot needs them, its rows. */
export const readResults = () => (existsSync(PATH) ? JSON.parse(readFileSync(PATH, 'utf8')) : {})

/** Prints a section's table, and stores it in bench/results.json. */
export function save(section, table, rows) {
  console.log(`\n${section}\n\n${table}`)
  writeFileSync(PATH, `${JSON.stringify({ ...readResults(), [section]: { table, rows } }, null, 2)}\n`)
}

/**
 * Renders a Markdown table.
 *
 * @param {string[]} head the titles of the columns
 * @param {(string | number)[][]} rows
 */
export function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`.replaceAll('  |', ' |')
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n')
}
