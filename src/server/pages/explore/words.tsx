import { MAX_WORDS } from '../../../config/searches.ts'
import type { TermCount, WordCount } from '../../../explore/wordCounts.ts'
import { useLocale } from '../locale.ts'
import { sanitize } from '../parts/portalText.tsx'
import { type ExploreQuery, formatQuery } from './query.ts'
import { useExploreTexts } from './texts.ts'

interface WordsProps {
  readonly path: string
  readonly query: ExploreQuery
  readonly words: readonly TermCount[]
  /** For whole words: the longer words that do not count. */
  readonly longer: readonly WordCount[]
}

/** The words of a search, each with its number of datasets and a link that removes it. */
export function Words(props: WordsProps) {
  const { query, words, longer } = props
  const { count } = useLocale()
  const explore = useExploreTexts()
  return (
    <section class="chips" aria-label={explore.wordCounts}>
      <ul>
        {words.map(({ word, datasets }) => (
          <li key={word}>
            <span>{word}</span> <strong>{count(datasets)}</strong>
            {words.length > 1 && (
              <Replace {...props} word={word} by={undefined} class="remove" label={explore.remove(word)}>
                ×
              </Replace>
            )}
          </li>
        ))}
      </ul>
      {words.map((term) =>
        term.datasets === 0 ? (
          <NearestWords key={term.word} {...props} term={term} />
        ) : (
          query.match === 'substring' && <MostHit key={term.word} {...props} term={term} />
        ),
      )}
      {longer.length > 0 && <LongerWords {...props} />}
    </section>
  )
}

/** Names the whole words that a word is found in, so that false hits are seen: “vélo” is in “développement”. */
function MostHit({ path, query, term }: WordsProps & { readonly term: TermCount }) {
  const { href } = useLocale()
  const explore = useExploreTexts()
  const isAlwaysWhole = term.most_hit.length <= 1
  if (isAlwaysWhole) return null
  return (
    <p class="most-hit">
      {explore.mostHit(term.word)} <WordCounts words={term.most_hit} />.{' '}
      <a href={href(path, formatQuery({ ...query, match: 'word', offset: 0 }))}>{explore.wholeWord}</a>
    </p>
  )
}

/** Names the longer words that a search for whole words leaves out. A link adds each, unless the search has all the words it may. */
function LongerWords({ path, query, longer }: WordsProps) {
  const { href, count } = useLocale()
  const explore = useExploreTexts()
  const adding = (word: string) => formatQuery({ ...query, words: [...query.words, word], offset: 0 })
  const isFull = query.words.length === MAX_WORDS
  return (
    <p class="most-hit">
      {explore.longerWords}{' '}
      {longer.map(({ word, datasets }, index) => (
        <span key={word}>
          {index > 0 && ', '}
          {isFull ? (
            sanitize(word)
          ) : (
            <a aria-label={explore.add(sanitize(word))} href={href(path, adding(word))}>
              {sanitize(word)}
            </a>
          )}{' '}
          ({count(datasets)})
        </span>
      ))}
      .
    </p>
  )
}

function NearestWords({ term, ...props }: WordsProps & { readonly term: TermCount }) {
  const { count } = useLocale()
  const explore = useExploreTexts()
  return (
    <p class="most-hit">
      {explore.notFound(term.word)}{' '}
      {term.nearest.length > 0 && (
        <>
          {explore.nearest}{' '}
          {term.nearest.map(({ word, datasets }, index) => (
            <span key={word}>
              {index > 0 && ', '}
              <Replace {...props} word={term.word} by={word}>
                {sanitize(word)}
              </Replace>{' '}
              ({count(datasets)})
            </span>
          ))}
        </>
      )}
    </p>
  )
}

function WordCounts({ words }: { readonly words: readonly WordCount[] }) {
  const { count } = useLocale()
  return <>{words.map(({ word, datasets }) => `${sanitize(word)} (${count(datasets)})`).join(', ')}</>
}

interface ReplaceProps extends WordsProps {
  readonly word: string
  /** The word to search for in its place; undefined for none. */
  readonly by: string | undefined
  readonly class?: string
  readonly label?: string
  readonly children: string
}

/** A link to the same search with another word, or without one. */
function Replace({ path, query, word, by, class: name, label, children }: ReplaceProps) {
  const { href } = useLocale()
  const words = query.words.flatMap((one) => (one !== word ? [one] : by === undefined ? [] : [by]))
  return (
    <a class={name} aria-label={label} href={href(path, formatQuery({ ...query, words, offset: 0 }))}>
      {children}
    </a>
  )
}
