import { useReader } from '../reader.ts'
import { Hidden } from './hidden.tsx'

/** Asks why any dataset is, or is not, in an edition: by its id, or the address of its page at the portal. */
export function AskWhy({ path }: { readonly path: string }) {
  const { words, chosen } = useReader()
  return (
    <form class="ask" action={`${path}/datasets`}>
      <label>
        <span>{words.askWhy}</span>
        <input name="id" required maxLength={500} placeholder={words.askWhyPlaceholder} autocomplete="off" />
      </label>
      <Hidden values={chosen} />
      <button type="submit">{words.why}</button>
    </form>
  )
}
