import { useLocale } from '../locale.ts'
import { withQuery } from '../paths.ts'
import { formatSearch } from './query.ts'
import type { ResultsProps } from './results.tsx'
import { useExploreTexts } from './texts.ts'

/** Shows how to keep a search: the watch for the configuration file, the command for the weeks before, and a feed. */
export function Keep({ query, watch }: Pick<ResultsProps, 'query' | 'watch'>) {
  const { texts, language } = useLocale()
  const explore = useExploreTexts()
  const feed = withQuery('/api/explore/feed.atom', { ...formatSearch(query), lang: language })
  return (
    <section class="keep" aria-labelledby="keep">
      <h2 id="keep">{explore.keep}</h2>
      <p>
        <a href={feed}>{texts.feed}</a>
      </p>
      <details>
        <summary>{explore.makeWatch}</summary>
        <p>{explore.makeWatchHint}</p>
        <pre>
          <code>{watch.yaml}</code>
        </pre>
        <pre>
          <code>{watch.command}</code>
        </pre>
      </details>
    </section>
  )
}
