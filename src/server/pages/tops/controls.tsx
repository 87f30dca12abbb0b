import type { TargetedEvent } from 'preact'
import { useMemo } from 'preact/hooks'
import { selectDatasets } from '../../selection.ts'
import { useLocale } from '../locale.ts'
import { HiddenInputs } from '../parts/hiddenInputs.tsx'
import { sanitize } from '../parts/portalText.tsx'
import type { TopsProps } from './props.ts'
import { formatQuery, parseQuery, type TopsQuery } from './query.ts'

/** The form that searches and filters. In the browser, each input acts at once. */
export function TopsControls(props: TopsProps) {
  const { settings, query, change } = props
  const { texts, langQuery } = useLocale()
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    if (change === undefined) return
    event.preventDefault()
    change(parseQuery(new URLSearchParams(new FormData(event.currentTarget) as unknown as Record<string, string>)))
  }
  const set = (changes: Parameters<NonNullable<typeof change>>[0]) => change?.({ offset: 0, ...changes })
  // The fields that no visible input sets.
  const others = formatQuery({ ...query, q: '', organization: '', isNew: false, isGone: false, offset: 0 })
  return (
    <search>
      <form class="controls" action={settings.path} onSubmit={submit}>
        <label class="field find">
          <span class="visually-hidden">{texts.findLabel}</span>
          <input
            type="search"
            name="q"
            value={query.q}
            placeholder={texts.findPlaceholder}
            autocomplete="off"
            maxLength={200}
            onInput={(event) => set({ q: event.currentTarget.value })}
          />
        </label>
        {/* Folded on narrow screens, so that the first dataset is in sight. */}
        <details class="filters" open={isFiltered(settings.query)}>
          <summary>{texts.filters}</summary>
          <div>
            <OrganizationSelect {...props} />
            {settings.earlierSource !== undefined && (
              <>
                <Checkbox
                  name="new"
                  isChecked={query.isNew}
                  text={texts.newOnly}
                  onChange={(isNew) => set({ isNew, isGone: false })}
                />
                <Checkbox
                  name="gone"
                  isChecked={query.isGone}
                  text={texts.goneOnly}
                  onChange={(isGone) => set({ isGone, isNew: false })}
                />
              </>
            )}
          </div>
        </details>
        <HiddenInputs values={{ ...others, ...langQuery }} />
        <button class="without-script" type="submit">
          {texts.apply}
        </button>
      </form>
    </search>
  )
}

const isFiltered = ({ organization, isNew, isGone }: TopsQuery) => organization !== '' || isNew || isGone

interface CheckboxProps {
  readonly name: string
  readonly isChecked: boolean
  readonly text: string
  readonly onChange: (isChecked: boolean) => void
}

function Checkbox({ name, isChecked, text, onChange }: CheckboxProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        value="1"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{text}</span>
    </label>
  )
}

/** Lists the organizations that have datasets in the selection, with their number. */
function OrganizationSelect({ query, data, change }: TopsProps) {
  const { texts, count } = useLocale()
  const counts = useMemo(() => {
    const found = new Map<string, number>()
    for (const { organization_id } of selectDatasets(data, { ...query, organization: '', sort: '' })) {
      found.set(organization_id, (found.get(organization_id) ?? 0) + 1)
    }
    return found
  }, [data, query])
  const shown = data.organizations.filter(({ id }) => counts.has(id) || id === query.organization)
  return (
    <label class="field">
      <span class="visually-hidden">{texts.organization}</span>
      <select
        name="organization"
        value={query.organization}
        onChange={(event) => change?.({ organization: event.currentTarget.value, offset: 0 })}
      >
        <option value="">{texts.everyOrganization}</option>
        {shown.map(({ id, name }) => (
          <option key={id} value={id} selected={id === query.organization}>
            {sanitize(name, 60)} ({count(counts.get(id) ?? 0)})
          </option>
        ))}
      </select>
    </label>
  )
}
