import { MAX_LETTERS, MAX_TOP, MAX_WORDS } from '../../../config/searches.ts'
import { DEFAULT_COLUMNS } from '../../../config/watch.ts'
import type { RankedOrganization } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { HiddenInputs } from '../parts/hiddenInputs.tsx'
import { sanitize } from '../parts/portalText.tsx'
import { nameIn } from '../translations/nameIn.ts'
import { type ExploreQuery, formatQuery } from './query.ts'
import { type ExploreTexts, useExploreTexts } from './texts.ts'

interface ExploreFormProps {
  /** `/explore/2026-01-21` */
  readonly path: string
  readonly query: ExploreQuery
  /** The organizations that have datasets in the result. */
  readonly organizations: readonly RankedOrganization[]
  /** Whether there is a week before to compare with. Without one, no dataset is new or gone. */
  readonly hasEarlier: boolean
}

/** The form of a search. In the browser, each input searches at once. */
export function ExploreForm(props: ExploreFormProps) {
  const { path, query } = props
  const { langQuery } = useLocale()
  const explore = useExploreTexts()
  // The fields that no visible input sets.
  const { since, sort } = formatQuery(query)
  return (
    <search>
      <form class="explore" action={path}>
        <label class="field words">
          <span>{explore.words}</span>
          <input
            type="search"
            name="words"
            value={query.words.join(', ')}
            placeholder={explore.placeholder}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            enterkeyhint="search"
            maxLength={MAX_WORDS * (MAX_LETTERS + 2)}
          />
        </label>
        <button type="submit">{explore.submit}</button>
        <p id="explore-progress" role="status" {...progressTexts(explore)} />
        <Options {...props} />
        <HiddenInputs values={{ ...(since && { since }), ...(sort && { sort }), ...langQuery }} />
      </form>
    </search>
  )
}

/** The texts that the script shows while it searches. */
const progressTexts = (explore: ExploreTexts) => ({
  'data-searching': explore.searching,
  'data-warming-up': explore.warmingUp,
  'data-busy': explore.busyRetry,
  'data-failed': explore.failed,
})

/** The options of the search and the filters of the table. Folded on small screens. */
function Options({ query, organizations, hasEarlier }: ExploreFormProps) {
  const { texts, count } = useLocale()
  const explore = useExploreTexts()
  return (
    <details class="filters">
      <summary>{explore.options}</summary>
      <div>
        <fieldset class="choices">
          <legend>{explore.match}</legend>
          {(['substring', 'word'] as const).map((match) => (
            <label key={match} class="check">
              <input type="radio" name="match" value={match} checked={query.match === match} />
              <span>{explore.matches[match]}</span>
            </label>
          ))}
        </fieldset>
        <ColumnSelect columns={query.columns} />
        <label class="field top">
          <span>{explore.top}</span>
          <input type="number" name="top" min={1} max={MAX_TOP} value={query.top} />
        </label>
        <label class="field">
          <span>{explore.filter}</span>
          <input type="search" name="q" value={query.q} placeholder={texts.findPlaceholder} maxLength={200} />
        </label>
        <label class="field">
          <span>{texts.organization}</span>
          <select name="organization" id="explore-organizations">
            <option value="">{texts.everyOrganization}</option>
            {organizations.map(({ id, name, datasets }) => (
              <option key={id} value={id} selected={id === query.organization}>
                {sanitize(name, 60)} ({count(datasets)})
              </option>
            ))}
          </select>
        </label>
        {hasEarlier && (
          <>
            <Check name="new" isChecked={query.isNew} text={texts.newOnly} />
            <Check name="gone" isChecked={query.isGone} text={texts.goneOnly} />
          </>
        )}
      </div>
    </details>
  )
}

function Check({
  name,
  isChecked,
  text,
}: {
  readonly name: string
  readonly isChecked: boolean
  readonly text: string
}) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value="1" checked={isChecked} />
      <span>{text}</span>
    </label>
  )
}

/** The columns that people choose between. An address may name others. */
const COLUMN_CHOICES: readonly (readonly string[])[] = [
  DEFAULT_COLUMNS,
  ['title', 'tags'],
  ['title'],
  ['tags'],
  ['description'],
]

function ColumnSelect({ columns }: { readonly columns: readonly string[] }) {
  const { allOf } = useLocale()
  const explore = useExploreTexts()
  const isListed = COLUMN_CHOICES.some((choice) => choice.join() === columns.join())
  const choices = isListed ? COLUMN_CHOICES : [...COLUMN_CHOICES, columns]
  const nameOf = (column: string) => nameIn(explore.columnNames, column)
  return (
    <label class="field">
      <span>{explore.columns}</span>
      <select name="columns">
        {choices.map((choice) => (
          <option key={choice.join()} value={choice.join()} selected={choice.join() === columns.join()}>
            {allOf(choice.map(nameOf))}
          </option>
        ))}
      </select>
    </label>
  )
}
