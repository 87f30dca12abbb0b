// Measures everything in docs/performance.md, and writes the tables and the plot there: npm run bench [-- FOLDER]
//
// FOLDER contains the real exports (default: ../shared/data). bench/setup.sh installs the other tools once. The runs on servers need
// MinIO and MongoDB: scripts/services start minio mongodb, and scripts/services env.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { plot } from './plot.mjs'
import { readResults } from './results.mjs'

const DOCUMENT = 'docs/performance.md'

// Some machines select an OpenBLAS kernel that slows down current numpy.
const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env
for (const script of ['server', 'explore', 'pipeline']) {
  execFileSync(process.execPath, [`bench/${script}.mjs`, ...process.argv.slice(2)], { env, stdio: 'inherit' })
}

const results = readResults()
let text = readFileSync(DOCUMENT, 'utf8')
for (const [section, { table }] of Object.entries(results)) {
  const place = new RegExp(`(<!-- bench: ${section} -->\\n\\n)(\\|.*\\n)+`)
  if (!place.test(text))
    throw new Error(`cannot write the table of ${section}: ${DOCUMENT} has no <!-- bench: ${section} -->`)
  text = text.replace(place, (_, comment) => `${comment}${table}\n`)
}
writeFileSync(DOCUMENT, text)
plot(results.filter.rows)
console.log(
  `\n${DOCUMENT} has the new tables. The machine: ${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}.`,
)
