import { useLocale } from '../locale.ts'
import { useExplainTexts } from '../translations/explainTexts.ts'
import { HiddenInputs } from './hiddenInputs.tsx'

/** The form that asks why a dataset is in an edition or not, by its title, ID or page address. */
export function ExplainForm({ path }: { readonly path: string }) {
  const { texts, langQuery } = useLocale()
  const explain = useExplainTexts()
  return (
    <form class="ask" action={`${path}/datasets`}>
      <label>
        <span>{explain.explainForm}</span>
        <input name="id" required maxLength={500} placeholder={explain.explainFormPlaceholder} autocomplete="off" />
      </label>
      <HiddenInputs values={langQuery} />
      <button type="submit">{texts.why}</button>
    </form>
  )
}
