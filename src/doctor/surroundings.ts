import type { Resolved } from '../config/config.ts'
import { openArchive, openDocuments } from '../context.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { type Listed, readCatalogue } from '../portal/catalogue.ts'
import { openHttp } from '../portal/http.ts'
import { policyOf } from '../portal/policy.ts'
import type { Archive } from '../stores/archive.ts'
import type { Documents } from '../stores/documents.ts'
import type { StoreFacts } from '../stores/facts.ts'

/**
 * What the checks look at. Each is asked once, when the first check needs it; one that fails takes with it the checks that
 * are about it, and no others.
 */
export interface Surroundings {
  readonly settings: () => Promise<Resolved>
  readonly portal: () => Promise<Visit>
  readonly archive: () => Promise<Archive>
  /** What the archive warned of so far. */
  readonly archiveWarnings: readonly string[]
  readonly documents: () => Promise<Documents>
  readonly archiveFacts: () => Promise<StoreFacts>
  readonly documentsFacts: () => Promise<StoreFacts>
  readonly close: () => Promise<void>
}

/** What came of a visit to the portal. */
interface Visit {
  readonly exports: Record<ExportName, Listed>
  /** Its clock, when it tells. */
  readonly now: Date | undefined
}

/** A check waits no longer than this for any of the portal's answers, and asks once. */
const PATIENCE_MS = 10_000

/** What checks look at, each opened once, when the first check asks for it. */
export function surroundingsOf(resolve: () => Promise<Resolved>, signal: AbortSignal): Surroundings {
  const settings = once(resolve)
  const config = async () => (await settings()).config
  const archiveWarnings: string[] = []
  const archive = once(async () => openArchive((await config()).archive, (line) => archiveWarnings.push(line)))
  const documents = once(async () => openDocuments((await config()).documents))
  return {
    settings,
    portal: once(async () => visit(await config(), signal)),
    archive,
    archiveWarnings,
    documents,
    archiveFacts: once(async () => (await archive()).facts()),
    documentsFacts: once(async () => (await documents()).facts()),
    close: async () => {
      for (const store of [archive, documents]) {
        const opened = await store().catch(() => undefined)
        await opened?.close()
      }
    },
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Reads the catalogue, and the first byte of each export. */
async function visit(config: Resolved['config'], signal: AbortSignal): Promise<Visit> {
  const policy = policyOf(config)
  const hasty = {
    ...policy,
    retries: 0,
    connectTimeout: Math.min(policy.connectTimeout, PATIENCE_MS),
    headersTimeout: Math.min(policy.headersTimeout, PATIENCE_MS),
    stallTimeout: Math.min(policy.stallTimeout, PATIENCE_MS),
  }
  const http = await openHttp(hasty, signal, () => {})
  try {
    const exports = await readCatalogue(config.portal, config.catalogue, http)
    let now: Date | undefined
    for (const { url } of Object.values(exports)) {
      const answer = await http.persist({ failed: 0 }, () => http.get(url, { range: 'bytes=0-0' }))
      answer.discard()
      if (answer.status !== 200 && answer.status !== 206)
        throw new Failure('portal', `${url} answers ${answer.status} where a file was expected; check catalogue`)
      const date = new Date(answer.header('date') ?? Number.NaN)
      if (!Number.isNaN(date.getTime())) now = date
    }
    return { exports, now }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const remedy = '; check that this machine reaches the portal, and the settings portal and catalogue'
    throw new Failure(error.kind, error.message.replace(/; gave up after .*$/s, remedy), { cause: error })
  } finally {
    await http.close()
  }
}
