import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { ExportName } from '../../src/editions/edition.ts'
import { type Replica, type ReplicaFile, startReplica } from './replica.ts'

/** Starts a portal with the bundled exports of a Wednesday. */
export async function samplePortal(date: string): Promise<Replica> {
  const files = { datasets: await sampleFile('datasets', date), organizations: await sampleFile('organizations', date) }
  return startReplica({ files })
}

export async function sampleFile(name: ExportName, date: string): Promise<ReplicaFile> {
  const path = fileURLToPath(new URL(`../../sample/${date}/${name}.csv.gz`, import.meta.url))
  return { content: gunzipSync(await readFile(path)), modified: new Date(`${date}T04:00:00Z`) }
}
