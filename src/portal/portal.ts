import type { World } from '../context.ts'
import type { ExportFacts, ExportName } from '../editions/edition.ts'
import { type Listed, readCatalogue } from './catalogue.ts'
import { type Download, download } from './download.ts'
import { type Http, openHttp } from './http.ts'
import type { Opened } from './open.ts'
import { policyOf } from './policy.ts'

/** The portal's own exports, both being fetched at the same time. */
export interface Portal extends AsyncDisposable {
  /** @returns undefined when the portal has not published since the earlier snapshot */
  open(name: ExportName): Promise<Opened | undefined>
  /**
   * Forgets what the catalogue said: the next `open` asks it again.
   *
   * @param afresh also forgets the earlier snapshot: everything is fetched
   */
  renew(afresh?: boolean): void
}

const NAMES: readonly ExportName[] = ['datasets', 'organizations']

type Begun = Promise<{ readonly listed: Listed; readonly file: Download | undefined }>

/** @param earlier what need not be fetched again */
export async function openPortal(
  world: World,
  earlier: Partial<Record<ExportName, ExportFacts | undefined>> = {},
): Promise<Portal> {
  const { config, signal, report } = world
  const http = await openHttp(policyOf(config), signal, report.warn)
  let begun: Promise<Record<ExportName, Begun>> | undefined
  let known: typeof earlier = earlier

  async function begin(): Promise<Record<ExportName, Begun>> {
    const catalogue = await readCatalogue(config.portal, config.catalogue, http)
    const entries = NAMES.map((name) => {
      const one = beginOne(catalogue[name], known[name], http)
      // Whoever opens it learns of the failure; until then it is nobody's.
      one.catch(() => {})
      return [name, one] as const
    })
    return Object.fromEntries(entries) as Record<ExportName, Begun>
  }

  return {
    open: async (name) => {
      begun ??= begin()
      const { listed, file } = await (await begun)[name]
      if (file === undefined) return undefined
      const { url, length, chunks } = file
      const expected = { bytes: listed.bytes, sha1: listed.sha1 }
      return {
        url,
        length: length ?? listed.bytes,
        chunks,
        expected,
        lastModified: listed.lastModified ?? file.lastModified,
      }
    },
    renew: (afresh = false) => {
      begun = undefined
      if (afresh) known = {}
    },
    [Symbol.asyncDispose]: () => http.close(),
  }
}

async function beginOne(listed: Listed, earlier: ExportFacts | undefined, http: Http): Begun {
  if (earlier !== undefined && listed.sha1 === earlier.sha1) return { listed, file: undefined }
  // With a checksum that differs the file is new, whatever its date says.
  const since = listed.sha1 === undefined ? earlier?.last_modified : undefined
  return { listed, file: await download(listed.url, http, since ?? undefined) }
}
