import { useLocale } from '../locale.ts'
import { withQuery } from '../paths.ts'

interface ViewLinksProps {
  /** The address of this server. */
  readonly site: string
  /** The page's path; the API has the same one after `/api`. */
  readonly path: string
  /** The path of the CSV, without `/api`. */
  readonly csv: string
  readonly query: Readonly<Record<string, string>>
}

/** Links to a view: as CSV, as JSON, by its address, with curl. */
export function ViewLinks({ site, path, csv, query }: ViewLinksProps) {
  const { texts } = useLocale()
  const { view: _, ...selection } = query
  return (
    <div class="view-links">
      <span>{texts.thisView}</span>{' '}
      <a href={withQuery(`/api${csv}`, selection)} download>
        CSV
      </a>{' '}
      (
      <a href={withQuery(`/api${csv}`, { ...selection, bom: '1' })} download>
        {texts.forExcel}
      </a>
      ) · <a href={withQuery(`/api${path}`, selection)}>JSON</a> ·{' '}
      <a href={withQuery(path, query)}>{texts.permalink}</a>
      <details>
        <summary>curl</summary>
        <pre>
          <code>{`curl '${site}${withQuery(`/api${csv}`, selection).replaceAll("'", '%27')}'`}</code>
        </pre>
      </details>
    </div>
  )
}
