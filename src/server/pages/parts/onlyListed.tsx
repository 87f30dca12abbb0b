import type { Edition } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'
import { useExplainTexts } from '../translations/explainTexts.ts'

/** Says how many datasets the full list has, and leads to it. For an edition whose tops are empty. */
export function OnlyListed({ edition }: { readonly edition: Edition }) {
  const { count, href } = useLocale()
  const explain = useExplainTexts()
  const { records } = edition.archive
  return (
    <p>
      {explain.onlyListed(records, count(records), count(edition.top))}{' '}
      <a href={href(`${editionPath(edition)}/list`)}>{explain.seeList}</a>
    </p>
  )
}
