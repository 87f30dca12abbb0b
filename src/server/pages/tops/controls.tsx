import type { TargetedEvent } from 'preact'
import { useLocale } from '../locale.ts'
import { HiddenInputs } from '../parts/hiddenInputs.tsx'
import { sanitize } from '../parts/portalText.tsx'
import type { ChangeQuery, TopsExplorerProps } from './props.ts'
import { formatQuery, parseQuery, type TopsQuery } from './query.ts'

interface ControlsProps {
  readonly props: TopsExplorerProps
  readonly query: TopsQuery
  readonly change: ChangeQuery
}

/** The form that searches and filters. In the browser, each input acts at once. */
export function TopsControls({ props, query, change }: ControlsProps) {
  const { texts, langQuery } = useLocale()
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    if (props.onQuery === undefined) return
    event.preventDefault()
    change(parseQuery(new URLSearchParams(new FormData(event.currentTarget) as unknown as Record<string, string>)))
  }
  // The fields that no visible input sets.
  const others = formatQuery({ ...query, q: '', organization: '', newOnly: false, page: 1 })
  return (
    <search>
      <form class="controls" action={props.path} onSubmit={submit}>
        <label class="field find">
          <span class="visually-hidden">{texts.find}</span>
          <input
            type="search"
            name="q"
            value={query.q}
            placeholder={texts.findPlaceholder}
            autocomplete="off"
            maxLength={200}
            onInput={(event) => change({ q: event.currentTarget.value })}
          />
        </label>
        <OrganizationSelect props={props} query={query} change={change} />
        {props.hasEarlier && (
          <label class="check">
            <input
              type="checkbox"
              name="new"
              value="1"
              checked={query.newOnly}
              onChange={(event) => change({ newOnly: event.currentTarget.checked })}
            />
            <span>{texts.newOnly}</span>
          </label>
        )}
        <HiddenInputs values={{ ...others, ...langQuery }} />
        <button class="without-script" type="submit">
          {texts.apply}
        </button>
      </form>
    </search>
  )
}

function OrganizationSelect({ props, query, change }: ControlsProps) {
  const { texts, count } = useLocale()
  return (
    <label class="field">
      <span class="visually-hidden">{texts.organization}</span>
      <select
        name="organization"
        value={query.organization}
        onChange={(event) => change({ organization: event.currentTarget.value })}
      >
        <option value="">{texts.everyOrganization}</option>
        {props.organizations
          .filter(({ datasets }) => datasets > 0)
          .map(({ id, name, datasets }) => (
            <option key={id} value={id}>
              {sanitize(name, 60)} ({count(datasets)})
            </option>
          ))}
      </select>
    </label>
  )
}
