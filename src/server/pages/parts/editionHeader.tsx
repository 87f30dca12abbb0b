import { type Edition, laterCatalogue } from '../../../editions/edition.ts'
import { keptFor } from '../paths.ts'
import { EditionPicker } from './editionPicker.tsx'
import { type Frame, labelOf } from './layout.tsx'

/** Props of every page about an edition. */
export interface EditionPageProps {
  readonly frame: Frame
  readonly edition: Edition
  /** The dates of the watch's editions, latest first. */
  readonly dates: readonly string[]
  readonly watches: readonly WatchLink[]
}

/** A watch, and the dates of its editions, latest first. */
export interface WatchLink {
  readonly name: string
  readonly dates: readonly string[]
}

interface EditionBarProps extends EditionPageProps {
  /** What follows the edition's path in the address of this view: nothing, `/changes`, `/organizations` or `/list`. */
  readonly part: string
}

/** Title of a page about an edition, with links to other watches and editions. */
export function EditionHeader(props: EditionBarProps & { readonly title: string; readonly lede: string }) {
  const { title, lede } = props
  return (
    <>
      <h1>{title}</h1>
      <p class="lede">{lede}</p>
      <EditionBar {...props} />
    </>
  )
}

/** The date of the edition, with links to the same view of other editions and watches. */
export function EditionBar(props: EditionBarProps) {
  const { texts, day } = props.frame.locale
  const { edition } = props
  const later = laterCatalogue(edition)
  return (
    <>
      <EditionLinks {...props} />
      {later !== undefined && <p class="later">{texts.laterCatalogue(day(later), day(edition.date))}</p>}
    </>
  )
}

function EditionLinks({ frame, edition, dates, watches, part }: EditionBarProps) {
  const { texts, href } = frame.locale
  return (
    <div class="edition-bar">
      <EditionPicker edition={edition} dates={dates} part={part} query={frame.query} />
      {watches.length > 1 && (
        <nav class="watches" aria-label={texts.watches}>
          {watches.map((watch) => {
            const date = watch.dates.includes(edition.date) ? edition.date : 'latest'
            return (
              <a
                key={watch.name}
                data-keep=""
                href={href(`/editions/${watch.name}/${date}${part}`, keptFor(frame.query, date, watch.dates))}
                aria-current={watch.name === edition.watch ? 'page' : undefined}
              >
                {labelOf(frame, watch.name) ?? watch.name}
              </a>
            )
          })}
        </nav>
      )}
    </div>
  )
}

/** Lists the terms of an edition: `« mobilité » ou « transport »`. */
export const termsOf = ({ terms }: Edition, { locale: { texts, anyOf } }: Frame) => anyOf(terms.map(texts.term))

/** Returns what the edition is about: the label of its watch, or its terms. */
export const topicOf = (edition: Edition, frame: Frame) => labelOf(frame, edition.watch) ?? termsOf(edition, frame)

/** Returns the terms for a sentence; `this word` or `one of these words` if the heading above it has them. */
export function wordsOf(edition: Edition, frame: Frame): string {
  const { texts } = frame.locale
  if (labelOf(frame, edition.watch) !== undefined) return termsOf(edition, frame)
  return edition.terms.length === 1 ? texts.thisWord : texts.oneOfTheseWords
}
