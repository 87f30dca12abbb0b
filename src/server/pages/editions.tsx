import { useLocale } from './locale.ts'
import type { WatchLink } from './parts/editionHeader.tsx'
import { type Frame, labelOf, Page } from './parts/layout.tsx'
import { editionPath } from './paths.ts'

interface EditionsPageProps {
  readonly frame: Frame
  readonly watches: readonly WatchLink[]
}

/** Lists all editions of all watches, by year. */
export function EditionsPage({ frame, watches }: EditionsPageProps) {
  const { texts } = frame.locale
  return (
    <Page frame={frame} section="editions" title={texts.allEditions} hasJson>
      <h1>{texts.allEditions}</h1>
      {watches.map((watch) => (
        <section key={watch.name}>
          {watches.length > 1 && <h2 id={watch.name}>{labelOf(frame, watch.name) ?? watch.name}</h2>}
          {watch.dates.length === 0 ? <p>{texts.noEditionYet}</p> : <Years {...watch} />}
        </section>
      ))}
    </Page>
  )
}

function Years({ name: watch, dates }: WatchLink) {
  const { shortDay, href } = useLocale()
  const years = [...new Set(dates.map((date) => date.slice(0, 4)))]
  return years.map((year) => (
    <section class="year" key={year}>
      <h3>{year}</h3>
      <ul>
        {dates
          .filter((date) => date.startsWith(year))
          .map((date) => (
            <li key={date}>
              <a href={href(editionPath({ watch, date }))}>
                <time dateTime={date}>{shortDay(date)}</time>
              </a>
            </li>
          ))}
      </ul>
    </section>
  ))
}
