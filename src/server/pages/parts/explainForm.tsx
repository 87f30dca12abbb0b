import { useLocale } from '../locale.ts'
import { useExplainTexts } from '../translations/explainTexts.ts'
import { HiddenInputs } from './hiddenInputs.tsx'
import { sanitize } from './portalText.tsx'

const MAX_LENGTH = 500

interface ExplainFormProps {
  readonly path: string
  /** What the reader searched for, which may be the title to explain. */
  readonly text?: string | undefined
}

/** The form that asks why a dataset is in an edition or not, by its title, ID or page address. */
export function ExplainForm({ path, text = '' }: ExplainFormProps) {
  const { texts, langQuery } = useLocale()
  const explain = useExplainTexts()
  return (
    <form class="ask" action={`${path}/datasets`}>
      <label>
        <span>{explain.explainForm}</span>
        <input
          name="id"
          value={sanitize(text, MAX_LENGTH)}
          required
          maxLength={MAX_LENGTH}
          placeholder={explain.explainFormPlaceholder}
          autocomplete="off"
        />
      </label>
      <HiddenInputs values={langQuery} />
      <button type="submit">{texts.why}</button>
    </form>
  )
}
