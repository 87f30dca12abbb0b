import { type ComponentChild, Fragment } from 'preact'
import type { Edition } from '../../editions/edition.ts'
import type { Description, Operation, Parameter } from '../api/description.ts'
import { useLocale } from './locale.ts'
import { type Frame, Page } from './parts/layout.tsx'
import { translateApi } from './translations/apiInFrench.ts'

interface DocsPageProps {
  readonly frame: Frame
  readonly api: Description
  /** The latest edition, whose IDs the examples use; undefined before the first run. */
  readonly latest: Edition | undefined
}

/** Documents the API. The browser adds the form that tries each address. */
export function DocsPage({ frame, api, latest }: DocsPageProps) {
  const { texts } = frame.locale
  const operations = Object.entries(api.paths).map(([path, { get }]) => ({ path, operation: get }))
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0]!))]
  return (
    <Page frame={frame} section="docs" title={texts.docs} description={texts.aboutApi}>
      <h1>{texts.docs}</h1>
      <p class="lede">{texts.aboutApi}</p>
      <p>
        <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1)
      </p>
      {tags.map((tag) => (
        <section class="operations" key={tag} id={tag}>
          <h2>{(texts.apiTags as Readonly<Record<string, string>>)[tag] ?? tag}</h2>
          {operations
            .filter(({ operation }) => operation.tags[0] === tag)
            .map(({ path, operation }) => (
              <OperationDetails
                key={path}
                path={path}
                operation={operation}
                site={frame.site}
                examples={examplesFor(path, latest)}
              />
            ))}
        </section>
      ))}
    </Page>
  )
}

/** Values of parameters for which there is data. */
type Examples = Readonly<Record<string, string>>

function examplesFor(path: string, latest: Edition | undefined): Examples {
  if (latest === undefined) return {}
  const organization = latest.organizations[0]?.id
  const id = path.includes('/organizations/')
    ? organization
    : path.startsWith('/api/runs')
      ? latest.run_id
      : latest.datasets[0]?.dataset_id
  return { watch: latest.watch, ...(organization && { organization }), ...(id && { id }) }
}

interface OperationProps {
  readonly path: string
  readonly operation: Operation
  readonly site: string
  readonly examples: Examples
}

function OperationDetails(props: OperationProps) {
  const { path, operation } = props
  const { language } = useLocale()
  const { operationId, summary, description } = operation
  return (
    <details class="operation" id={operationId}>
      <summary>
        <code>GET {path}</code> <span>{translateApi(summary, language)}</span>
      </summary>
      {description && <Prose>{description}</Prose>}
      <TryForm {...props} />
      <Responses operation={operation} />
    </details>
  )
}

/** Sends a request with the parameters that the reader fills in. Without the script, a link opens an example. */
function TryForm({ path, operation, site, examples }: OperationProps) {
  const { texts } = useLocale()
  const { operationId, parameters = [] } = operation
  const inAddress = parameters.filter((one) => one.in !== 'header')
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(exampleOf(parameters.find((one) => one.name === name)!, examples)),
  )
  return (
    <form class="try" action={path} data-try="">
      {inAddress.length > 0 && (
        <>
          <h3>{texts.parameters}</h3>
          {inAddress.map((parameter) => (
            <ParameterField
              key={parameter.name}
              id={`${operationId}-${parameter.name}`}
              parameter={parameter}
              examples={examples}
            />
          ))}
        </>
      )}
      <pre>
        <code data-curl="">{`curl '${site}${address}'`}</code>
      </pre>
      <p class="links">
        <button class="with-script" type="submit">
          {texts.tryIt}
        </button>
        <a href={address} data-address="">
          {texts.openExample}
        </a>
      </p>
      <output class="with-script" />
    </form>
  )
}

/** The statuses of an operation, and an example of each type of its response. */
function Responses({ operation: { responses } }: Pick<OperationProps, 'operation'>) {
  const { texts } = useLocale()
  const content = Object.entries(responses[200]?.content ?? {})
  return (
    <>
      <h3>{texts.responses}</h3>
      <dl class="facts-list">
        {Object.entries(responses).map(([status, reply]) => (
          <Fragment key={status}>
            <dt>{status}</dt>
            <dd>
              <Prose>{reply.description}</Prose>
              {Object.keys(reply.content ?? {}).map((type) => (
                <code key={type}>{type}</code>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
      {content.map(
        ([type, { example }]) =>
          example !== undefined && (
            <Fragment key={type}>
              <h3>
                {texts.example} <small>{type}</small>
              </h3>
              <pre>{typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre>
            </Fragment>
          ),
      )}
    </>
  )
}

interface ParameterFieldProps {
  readonly id: string
  readonly parameter: Parameter
  readonly examples: Examples
}

function ParameterField({ id, parameter, examples }: ParameterFieldProps) {
  const { language } = useLocale()
  const { name, in: where, description = '', schema } = parameter
  const inPath = where === 'path'
  const example = exampleOf(parameter, examples)
  const common = { id, name, 'data-in': where }
  return (
    <div class="parameter">
      <label for={id}>
        <code>{name}</code>
      </label>
      {schema.enum === undefined ? (
        <input
          {...common}
          value={inPath ? example : ''}
          placeholder={inPath ? undefined : example}
          required={inPath}
          autocomplete="off"
        />
      ) : (
        <select {...common}>
          <option value="" />
          {schema.enum.map((value) => (
            <option key={String(value)}>{String(value)}</option>
          ))}
        </select>
      )}
      <small>{withCode(translateApi(description || (schema.description ?? ''), language))}</small>
    </div>
  )
}

const exampleOf = ({ name, schema }: Parameter, examples: Examples) => examples[name] ?? String(schema.example ?? '')

function Prose({ children }: { readonly children: string }) {
  const { language } = useLocale()
  return <p>{withCode(translateApi(children, language))}</p>
}

/** Renders text between backticks as code. */
const withCode = (text: string): ComponentChild[] =>
  text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={part}>{part}</code>))
