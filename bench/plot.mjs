// Makes docs/images/performance.svg of bench/results.json: node bench/plot.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const { filter } = JSON.parse(readFileSync(resolve('bench/results.json'), 'utf8'))
const rows = [...filter].sort((a, b) => a.wall - b.wall)

const ROW = 34
const LEFT = 190
const WIDTH = 760
const most = { wall: Math.max(...rows.map(({ wall }) => wall)), mib: Math.max(...rows.map(({ mib }) => mib)) }
const room = (WIDTH - LEFT) / 2 - 80

/** A bar with its figure; ours stands out. */
function bar(x, y, value, most, text, ours) {
  const width = Math.max(1, (room * value) / most)
  return `<rect x="${x}" y="${y + 7}" width="${width.toFixed(1)}" height="20" rx="2" class="${ours ? 'ours' : 'other'}"/>
  <text x="${(x + width + 6).toFixed(1)}" y="${y + 22}">${text}</text>`
}

const lines = rows.map(({ name, wall, mib }, index) => {
  const y = 40 + index * ROW
  const ours = name.startsWith('datagouv-tops')
  const second = LEFT + (WIDTH - LEFT) / 2
  return `<text x="${LEFT - 12}" y="${y + 22}" text-anchor="end"${ours ? ' class="name"' : ''}>${name}</text>
  ${bar(LEFT, y, wall, most.wall, `${wall.toFixed(2)} s`, ours)}
  ${bar(second, y, mib, most.mib, `${mib.toFixed(0)} MiB`, ours)}`
})
const height = 40 + rows.length * ROW + 10
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">Time and peak memory of the filter over 224 MB, beside others</title>
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
<text x="${LEFT + (WIDTH - LEFT) / 2}" y="24" class="head">memory at the peak</text>
${lines.join('\n')}
</svg>
`
writeFileSync(resolve('docs/images/performance.svg'), svg)
