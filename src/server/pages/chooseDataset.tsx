import type { NamedDatasets } from '../../explain/resolve.ts'
import { Breadcrumbs } from './parts/breadcrumbs.tsx'
import { type EditionPageProps, topicOf } from './parts/editionHeader.tsx'
import { ExplainForm } from './parts/explainForm.tsx'
import { Page } from './parts/layout.tsx'
import { PortalText, sanitize } from './parts/portalText.tsx'
import { editionPath, explanationPath } from './paths.ts'
import { explainTextsIn } from './translations/explainTexts.ts'

interface ChooseDatasetPageProps extends EditionPageProps {
  /** The text that the reader gave. */
  readonly asked: string
  readonly named: NamedDatasets
}

/** Lists the datasets that have a text in their title, each with a link to its explanation. */
export function ChooseDatasetPage({ frame, edition, asked, named }: ChooseDatasetPageProps) {
  const { texts, day, count, href, language } = frame.locale
  const explain = explainTextsIn(language)
  const path = editionPath(edition)
  const { count: total, datasets } = named
  const title = sanitize(asked, 200)
  const more = total - datasets.length
  return (
    <Page
      frame={frame}
      section="tops"
      title={`${texts.why} ${title}, ${topicOf(edition, frame)}, ${day(edition.date)}`}
    >
      <Breadcrumbs frame={frame} links={[[texts.editionOf(day(edition.date)), href(path)]]} />
      <h1>
        <PortalText>{title}</PortalText>
      </h1>
      <p class="verdict">{explain.chooseDataset(count(total), day(edition.date))}</p>
      <ul class="datasets">
        {datasets.map(({ dataset_id, dataset_title, organization }) => (
          <li key={dataset_id}>
            <a href={href(explanationPath(path, dataset_id))}>
              <PortalText>{dataset_title}</PortalText>
            </a>
            {organization !== '' && (
              <small>
                <PortalText>{organization}</PortalText>
              </small>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && <p>{explain.moreDatasets(count(more))}</p>}
      <ExplainForm path={path} text={asked} />
    </Page>
  )
}
