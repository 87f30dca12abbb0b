import type { Edition } from '../../../editions/edition.ts'
import { EditionPicker } from './editionPicker.tsx'
import type { Frame } from './layout.tsx'

/** Props of every page about an edition. */
export interface EditionPageProps {
  readonly frame: Frame
  readonly edition: Edition
  /** The dates of the watch's editions, latest first. */
  readonly dates: readonly string[]
  /** Names of all watches. */
  readonly watches: readonly string[]
}

interface EditionHeaderProps extends EditionPageProps {
  readonly title: string
  readonly lede: string
  /** What follows the edition's path in the address of this view: nothing, `/changes` or `/organizations`. */
  readonly part: string
}

/** Title of a page about an edition, with links to other watches and editions. */
export function EditionHeader({ frame, edition, dates, watches, title, lede, part }: EditionHeaderProps) {
  const { texts, href } = frame.locale
  return (
    <div class="head">
      {watches.length > 1 && (
        <nav class="watches" aria-label={texts.watches}>
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
      <EditionPicker edition={edition} dates={dates} part={part} />
    </div>
  )
}

/** Lists the terms of an edition: `« mobilité » ou « transport »`. */
export const termsOf = ({ terms }: Edition, { locale: { texts } }: Frame) => terms.map(texts.term).join(texts.or)
