import type { Edition } from '../../../editions/edition.ts'
import type { Frame } from './layout.tsx'
import { Week } from './week.tsx'

/** What every page about an edition begins with. */
export interface HeadFacts {
  readonly frame: Frame
  readonly edition: Edition
  /** The dates of the watch's editions, latest first. */
  readonly dates: readonly string[]
  /** The names of all watches, to change over to another one. */
  readonly watches: readonly string[]
}

interface HeadProps extends HeadFacts {
  readonly title: string
  readonly lede: string
  /** Which view of the edition this is, for the ways to other editions: empty, `/changes`, `/organizations`. */
  readonly part: string
}

/** What this is, and which week. */
export function Head({ frame, edition, dates, watches, title, lede, part }: HeadProps) {
  const { words, href } = frame.reader
  return (
    <div class="head">
      {watches.length > 1 && (
        <nav class="watches" aria-label={words.watches}>
          {watches.map((watch) => (
            <a
              key={watch}
              href={href(`/editions/${watch}/latest${part}`)}
              aria-current={watch === edition.watch ? 'page' : undefined}
            >
              {watch}
            </a>
          ))}
        </nav>
      )}
      <h1>{title}</h1>
      <p class="lede">{lede}</p>
      <Week edition={edition} dates={dates} part={part} />
    </div>
  )
}

/** `« mobilité » ou « transport »` */
export const termsOf = ({ terms }: Edition, { reader: { words } }: Frame) => terms.map(words.term).join(words.or)
