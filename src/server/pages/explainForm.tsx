import { Breadcrumbs } from './parts/breadcrumbs.tsx'
import { type EditionPageProps, topicOf } from './parts/editionHeader.tsx'
import { ExplainForm } from './parts/explainForm.tsx'
import { Page } from './parts/layout.tsx'
import { editionPath } from './paths.ts'
import { explainTextsIn } from './translations/explainTexts.ts'

/** Asks for a dataset: the target of the form, without a dataset. */
export function ExplainFormPage({ frame, edition }: EditionPageProps) {
  const { texts, day, href, language } = frame.locale
  const explain = explainTextsIn(language)
  const path = editionPath(edition)
  return (
    <Page frame={frame} section="tops" title={`${texts.why} ${topicOf(edition, frame)}, ${day(edition.date)}`}>
      <Breadcrumbs frame={frame} links={[[texts.editionOf(day(edition.date)), href(path)]]} />
      <h1>{explain.explainForm}</h1>
      <p class="lede">{explain.noDatasetGiven}</p>
      <ExplainForm path={path} />
    </Page>
  )
}
