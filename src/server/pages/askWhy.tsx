import { useReader } from './reader.ts'

/** Asks why any dataset is, or is not, in an edition: by its id, or the address of its page at the portal. */
export function AskWhy({ path }: { readonly path: string }) {
  const { words, chosen } = useReader()
  return (
    <form class="ask" action={`${path}/datasets`}>
      <label>
        <span>{words.askWhy}</span>
        <input name="id" required maxLength={500} placeholder={words.askWhyPlaceholder} autocomplete="off" />
      </label>
      {Object.entries(chosen).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit">{words.why}</button>
    </form>
  )
}
