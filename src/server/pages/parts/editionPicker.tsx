import { useLocale } from '../locale.ts'
import { type EditionRef, editionPath, keptFor } from '../paths.ts'
import { HiddenInputs } from './hiddenInputs.tsx'

interface EditionPickerProps {
  readonly edition: EditionRef
  /** Latest first. */
  readonly dates: readonly string[]
  /** What follows the edition's path in the address of this view. */
  readonly part: string
  /** The parameters of the page, which links keep. */
  readonly query: Readonly<Record<string, string>>
}

/** Shows the date of the edition, and chooses another one. */
export function EditionPicker({ edition, dates, part, query }: EditionPickerProps) {
  const locale = useLocale()
  const { texts } = locale
  const index = dates.indexOf(edition.date)
  const { offset: _, ...kept } = query
  const step = (date: string | undefined, title: string, sign: string) =>
    date === undefined ? (
      <span class="step" aria-hidden="true">
        {sign}
      </span>
    ) : (
      <a
        class="step"
        data-keep=""
        href={locale.href(editionPath({ ...edition, date }) + part, keptFor(query, date, dates))}
        aria-label={`${title}, ${locale.day(date)}`}
      >
        {sign}
      </a>
    )
  return (
    <div class="week">
      <h2>
        {texts.edition} <time dateTime={edition.date}>{locale.longDay(edition.date)}</time>{' '}
        {index === 0 && <small>{texts.latest}</small>}
      </h2>
      {dates.length > 1 && (
        <form action={`/editions/${edition.watch}`} class="picker" data-keep="">
          {step(dates[index + 1], texts.earlier, '‹')}
          <label>
            <span class="visually-hidden">{texts.chooseEdition}</span>
            <select name="date">
              {dates.map((date) => (
                <option key={date} value={date} selected={date === edition.date}>
                  {locale.day(date)}
                </option>
              ))}
            </select>
          </label>
          <HiddenInputs values={{ ...kept, ...locale.langQuery, ...(part !== '' && { part }) }} />
          <button type="submit">{texts.go}</button>
          {step(dates[index - 1], texts.later, '›')}
        </form>
      )}
    </div>
  )
}
