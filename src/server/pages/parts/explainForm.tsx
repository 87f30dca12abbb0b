import { useLocale } from '../locale.ts'
import { HiddenInputs } from './hiddenInputs.tsx'

/** The form that asks why a dataset is in an edition or not, by its ID or page address. */
export function ExplainForm({ path }: { readonly path: string }) {
  const { texts, langQuery } = useLocale()
  return (
    <form class="ask" action={`${path}/datasets`}>
      <label>
        <span>{texts.explainForm}</span>
        <input name="id" required maxLength={500} placeholder={texts.explainFormPlaceholder} autocomplete="off" />
      </label>
      <HiddenInputs values={langQuery} />
      <button type="submit">{texts.why}</button>
    </form>
  )
}
