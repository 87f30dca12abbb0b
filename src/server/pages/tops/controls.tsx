import type { TargetedEvent } from 'preact'
import { Hidden } from '../parts/hidden.tsx'
import { visible } from '../parts/name.tsx'
import { useReader } from '../reader.ts'
import { readQuery, type TopsQuery, writeQuery } from './query.ts'
import type { TopsFacts } from './tops.tsx'

interface ControlsProps {
  readonly facts: TopsFacts
  readonly query: TopsQuery
  readonly change: (changes: Partial<TopsQuery>) => void
}

/** Finds and filters: a form, which acts at once where it can. */
export function TopsControls({ facts, query, change }: ControlsProps) {
  const reader = useReader()
  const { words } = reader
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    if (facts.onQuery === undefined) return
    event.preventDefault()
    change(readQuery(new URLSearchParams(new FormData(event.currentTarget) as unknown as Record<string, string>)))
  }
  const kept = writeQuery({ ...query, q: '', organization: '', fresh: false, page: 1 })
  return (
    <search>
      <form class="controls" action={facts.path} onSubmit={submit}>
        <label class="field find">
          <span class="unseen">{words.find}</span>
          <input
            type="search"
            name="q"
            value={query.q}
            placeholder={words.findPlaceholder}
            autocomplete="off"
            maxLength={200}
            onInput={(event) => change({ q: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span class="unseen">{words.organization}</span>
          <select
            name="organization"
            value={query.organization}
            onChange={(event) => change({ organization: event.currentTarget.value })}
          >
            <option value="">{words.everyOrganization}</option>
            {facts.organizations
              .filter(({ datasets }) => datasets > 0)
              .map(({ id, name, datasets }) => (
                <option key={id} value={id}>
                  {visible(name, 60)} ({reader.count(datasets)})
                </option>
              ))}
          </select>
        </label>
        {facts.comparable && (
          <label class="check">
            <input
              type="checkbox"
              name="new"
              value="1"
              checked={query.fresh}
              onChange={(event) => change({ fresh: event.currentTarget.checked })}
            />
            <span>{words.onlyFresh}</span>
          </label>
        )}
        <Hidden values={{ ...kept, ...reader.chosen }} />
        <button class="without-script" type="submit">
          {words.apply}
        </button>
      </form>
    </search>
  )
}
