import { editionPath } from '../addresses.ts'
import { useReader } from '../reader.ts'
import { Hidden } from './hidden.tsx'

interface WeekProps {
  readonly edition: { readonly watch: string; readonly date: string }
  /** Latest first. */
  readonly dates: readonly string[]
  /** What follows the edition's address in that of the view. */
  readonly part: string
}

/** Which week this is, the one before and after, and a list to choose another from. */
export function Week({ edition, dates, part }: WeekProps) {
  const reader = useReader()
  const { words } = reader
  const at = dates.indexOf(edition.date)
  const step = (date: string | undefined, title: string, sign: string) =>
    date === undefined ? (
      <span class="step" aria-hidden="true">
        {sign}
      </span>
    ) : (
      <a
        class="step"
        href={reader.href(editionPath({ ...edition, date }) + part)}
        aria-label={`${title}, ${reader.day(date)}`}
      >
        {sign}
      </a>
    )
  return (
    <div class="week">
      <h2>
        {words.edition} <time dateTime={edition.date}>{reader.longDay(edition.date)}</time>{' '}
        {at === 0 && <small>{words.latest}</small>}
      </h2>
      {dates.length > 1 && (
        <form action={`/editions/${edition.watch}`} class="picker">
          {step(dates[at + 1], words.earlier, '‹')}
          <label>
            <span class="unseen">{words.chooseEdition}</span>
            <select name="date">
              {dates.map((date) => (
                <option key={date} value={date} selected={date === edition.date}>
                  {reader.day(date)}
                </option>
              ))}
            </select>
          </label>
          <Hidden values={{ ...reader.chosen, ...(part !== '' && { part }) }} />
          <button type="submit">{words.go}</button>
          {step(dates[at - 1], words.later, '›')}
        </form>
      )}
    </div>
  )
}
