// Serves two exports, uncompressed, as a local portal until it is killed: node bench/portal.mjs DATASETS.gz ORGANIZATIONS.gz
// Prints its address.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { startReplica } from '../dist/demo/replica.js'

const [datasets, organizations] = process.argv.slice(2)
const file = (path) => ({ content: gunzipSync(readFileSync(path)), modified: new Date('2026-01-16T05:52:49Z') })
const { url } = await startReplica({ files: { datasets: file(datasets), organizations: file(organizations) } })
console.log(url)
