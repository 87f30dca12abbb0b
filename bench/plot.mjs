import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ROW = 34
const LEFT = 190
const WIDTH = 760
const MAX_BAR_WIDTH = (WIDTH - LEFT) / 2 - 80

/** A bar with its figure. Bars of datagouv-tops have another color. */
function bar(x, y, value, max, text, isOurs) {
  const width = Math.max(1, (MAX_BAR_WIDTH * value) / max)
  return `<rect x="${x}" y="${y + 7}" width="${width.toFixed(1)}" height="20" rx="2" class="${isOurs ? 'ours' : 'other'}"/>
  <text x="${(x + width + 6).toFixed(1)}" y="${y + 22}">${text}</text>`
}

/**
 * Draws docs/images/performance.svg.
 *
 * @param {{ name: string; wall: number; mib: number }[]} results seconds and peak memory of each tool
 */
export function plot(results) {
  const rows = results.map((row) => ({ ...row, name: row.name.replaceAll('`', '') })).sort((a, b) => a.wall - b.wall)
  const max = { wall: Math.max(...rows.map(({ wall }) => wall)), mib: Math.max(...rows.map(({ mib }) => mib)) }
  const lines = rows.map(({ name, wall, mib }, index) => {
    const y = 40 + index * ROW
    const isOurs = name.startsWith('filter')
    const memoryLeft = LEFT + (WIDTH - LEFT) / 2
    return `<text x="${LEFT - 12}" y="${y + 22}" text-anchor="end"${isOurs ? ' class="name"' : ''}>${name}</text>
    ${bar(LEFT, y, wall, max.wall, `${wall.toFixed(2)} s`, isOurs)}
    ${bar(memoryLeft, y, mib, max.mib, `${mib.toFixed(0)} MiB`, isOurs)}`
  })
  const height = 40 + rows.length * ROW + 10
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">Time and peak memory of the filter on 224 MB, compared with other tools</title>
<style>
  text { font: 14px system-ui, sans-serif; fill: #3a3a3a }
  .name, .head { font-weight: 600; fill: #161616 }
  .ours { fill: #000091 }
  .other { fill: #b5b5c9 }
  @media (prefers-color-scheme: dark) {
    text { fill: #cecece }
    .name, .head { fill: #fff }
    .ours { fill: #8585f6 }
    .other { fill: #55556b }
  }
</style>
<text x="${LEFT}" y="24" class="head">wall time</text>
<text x="${LEFT + (WIDTH - LEFT) / 2}" y="24" class="head">peak memory</text>
${lines.join('\n')}
</svg>
`
  writeFileSync(resolve('docs/images/performance.svg'), svg)
}
