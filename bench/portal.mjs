// Serves two exports, uncompressed, as a local portal until it is killed: node bench/portal.mjs DATASETS.gz ORGANIZATIONS.gz
// Prints its address.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { startPortal } from '../dist/demo/portal.js'

const [datasets, organizations] = process.argv.slice(2)
const file = (path) => ({ content: gunzipSync(readFileSync(path)), modified: new Date('2026-01-16T05:52:49Z') })
const portal = await startPortal()
portal.publish('datasets', file(datasets))
portal.publish('organizations', file(organizations))
console.log(portal.url)
