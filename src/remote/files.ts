import { createHash } from 'node:crypto'
import type { FileKind } from '../config/publish.ts'
import type { Context } from '../context.ts'
import { changesCsvOf, csvOf } from '../editions/csv.ts'
import type { Edition } from '../editions/edition.ts'
import { readEditionBefore } from '../editions/find.ts'
import { Failure, quoted } from '../errors.ts'
import { explainChanges } from '../explain/changes.ts'
import type { Chunks } from './exchange.ts'

/** A file of an edition, with the facts that a portal keeps about it. */
export interface EditionFile {
  readonly kind: FileKind
  readonly contentType: string
  readonly bytes: number
  readonly sha1: string
  /** The date of the earlier edition, for the changes. */
  readonly from?: string
  readonly read: () => Chunks
}

const CSV = 'text/csv; charset=utf-8'

/** Creates the files of an edition. The first edition has no file of changes. */
export async function filesOf(
  edition: Edition,
  kinds: readonly FileKind[],
  context: Context,
): Promise<readonly EditionFile[]> {
  const files: EditionFile[] = []
  for (const kind of kinds) {
    const file = await MAKERS[kind](edition, context)
    if (file !== undefined) files.push(file)
  }
  return files
}

const MAKERS: Readonly<Record<FileKind, (edition: Edition, context: Context) => Promise<EditionFile | undefined>>> = {
  list: archivedList,
  tops: async ({ datasets }) => fileOfText('tops', csvOf(datasets), CSV),
  'tops-json': async (edition) => fileOfText('tops-json', `${JSON.stringify(edition, null, 2)}\n`, 'application/json'),
  changes: async (edition, context) => {
    const earlier = await readEditionBefore(context.documents, edition.watch, edition.date, context.report.warn)
    if (earlier === undefined) return undefined
    const changes = await explainChanges(earlier, edition, context)
    return { ...fileOfText('changes', changesCsvOf(changes), CSV), from: earlier.date }
  },
}

function fileOfText(kind: FileKind, text: string, contentType: string): EditionFile {
  const content = Buffer.from(text)
  const sha1 = createHash('sha1').update(content).digest('hex')
  return { kind, contentType, bytes: content.length, sha1, read: () => [content] }
}

/** Reads the archived CSV once to compute its SHA-1 and to check its SHA-256 against the edition. */
async function archivedList({ archive: { key, sha256, bytes } }: Edition, { archive }: Context): Promise<EditionFile> {
  const hashes = { sha1: createHash('sha1'), sha256: createHash('sha256') }
  for await (const chunk of archive.read(key)) {
    hashes.sha1.update(chunk)
    hashes.sha256.update(chunk)
  }
  if (hashes.sha256.digest('hex') !== sha256) {
    const why = 'its checksum is not the one in the edition'
    throw new Failure('store', `cannot publish ${quoted(key)} of ${archive.address}: ${why}. Run "verify".`)
  }
  return { kind: 'list', contentType: CSV, bytes, sha1: hashes.sha1.digest('hex'), read: () => archive.read(key) }
}
