import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure, quoted } from '../errors.ts'
import { createAgents } from '../network/agents.ts'
import { NO_PROXIES } from '../network/proxy.ts'
import { isCertificateError, ProxyError, reasonOf } from '../network/reason.ts'
import { TransientError } from '../portal/http.ts'
import { MAX_RETRY_AFTER, parseRetryAfter, pauseBefore } from '../portal/policy.ts'
import { formatDuration, pluralize } from '../text/format.ts'
import { type ApiResponse, type Connection, exchange, type RequestBody } from './exchange.ts'
import { emptyForm, jsonBody } from './multipart.ts'
import { explainRefusal, messageIn, subjectOf } from './refusal.ts'

/** A resource of a dataset in uData's API. Has only the fields that the program reads. */
export interface Resource {
  readonly id: string
  readonly title: string
  readonly description: string | null
  /** `file` if the portal hosts it. */
  readonly filetype: string
  readonly type: string
  readonly url: string
  readonly latest: string
  readonly checksum: { readonly type: string; readonly value: string } | null
  readonly schema: { readonly name: string | null; readonly url: string | null } | null
  readonly extras: Readonly<Record<string, unknown>>
}

/** A dataset in uData's API. Has only the fields that the program reads. */
export interface Dataset {
  readonly id: string
  readonly title: string
  readonly page?: string
  readonly resources: readonly Resource[]
  readonly license: string | null
  readonly temporal_coverage: { readonly start: string; readonly end: string } | null
  readonly deleted: string | null
  readonly permissions?: { readonly edit?: boolean; readonly edit_resources?: boolean }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** A call to the API. It is retried after a temporary failure, so it must be safe to repeat. */
interface Call {
  readonly method: Method
  readonly path: string
  readonly body?: RequestBody
}

/** Calls the API of a uData portal with an API key. No error or log contains the key. */
export class PortalApi {
  private readonly portal: string
  private readonly key: string
  private readonly connection: Connection
  private readonly warn: (line: string) => void

  static async open(
    portal: string,
    key: string,
    { config, signal, report }: Pick<Context, 'config' | 'signal' | 'report'>,
  ): Promise<PortalApi> {
    // A proxy must not see the key of a portal on this machine, which http sends in plain text.
    const proxies = portal.startsWith('http:') ? NO_PROXIES : config
    const stopSignal = AbortSignal.any([signal])
    // Each request adds a listener.
    setMaxListeners(0, stopSignal)
    const options = { keepAlive: false, connectTimeout: config.connect_timeout, signal: stopSignal }
    const connection = { agents: await createAgents(proxies, options), settings: config, signal: stopSignal }
    return new PortalApi(portal, key, connection, report.warn)
  }

  private constructor(portal: string, key: string, connection: Connection, warn: (line: string) => void) {
    this.portal = portal
    this.key = key
    this.connection = connection
    this.warn = warn
  }

  /** Reads a dataset. @throws Failure `usage` if there is none */
  async dataset(id: string): Promise<Dataset> {
    const { text } = await this.call({ method: 'GET', path: `/api/1/datasets/${id}/` })
    const dataset = this.parse<Dataset>(text)
    if (!Array.isArray(dataset?.resources)) throw this.notUdata()
    return dataset
  }

  async licenses(): Promise<readonly string[]> {
    const { text } = await this.call({ method: 'GET', path: '/api/1/datasets/licenses/' })
    return this.parse<readonly { readonly id: string }[]>(text).map(({ id }) => id)
  }

  /**
   * Checks that the portal accepts uploads to the dataset, by sending a form without a file. uData checks the key, the user's rights
   * and its own read-only mode first, so it answers 400 only if an upload would work.
   */
  async checkUpload(id: string): Promise<void> {
    const response = await this.withRetries(() =>
      this.send({ method: 'POST', path: `/api/1/datasets/${id}/upload/`, body: emptyForm() }, [400]),
    )
    if (response.status !== 400) throw this.notUdata()
  }

  /** Uploads a file as a new resource, without retries: even after a failure, the resource may exist. @throws TransientError */
  async createOnce(dataset: string, body: RequestBody): Promise<Resource> {
    const { text } = await this.send({ method: 'POST', path: `/api/1/datasets/${dataset}/upload/`, body })
    return this.parse(text)
  }

  /** Replaces the file of a resource. uData sets its title to the name of the file. */
  async replaceFile(dataset: string, resource: string, body: RequestBody): Promise<Resource> {
    const path = `/api/1/datasets/${dataset}/resources/${resource}/upload/`
    return this.parse((await this.call({ method: 'POST', path, body })).text)
  }

  /** Changes some fields of a resource and keeps the others. */
  async updateResource(dataset: string, resource: string, fields: object): Promise<Resource> {
    const path = `/api/1/datasets/${dataset}/resources/${resource}/`
    return this.parse((await this.call({ method: 'PUT', path, body: jsonBody(fields) })).text)
  }

  /** Adds extras to a resource. Keeps the existing ones, such as the results of the portal's own checks. */
  async addExtras(dataset: string, resource: string, extras: object): Promise<void> {
    const path = `/api/2/datasets/${dataset}/resources/${resource}/extras/`
    await this.call({ method: 'PUT', path, body: jsonBody(extras) })
  }

  async deleteResource(dataset: string, resource: string): Promise<void> {
    const path = `/api/1/datasets/${dataset}/resources/${resource}/`
    await this.withRetries(() => this.send({ method: 'DELETE', path }, [404]))
  }

  async reorder(dataset: string, ids: readonly string[]): Promise<void> {
    const body = jsonBody(ids.map((id) => ({ id })))
    await this.call({ method: 'PUT', path: `/api/1/datasets/${dataset}/resources/`, body })
  }

  /** Changes some fields of a dataset and keeps the others. */
  async updateDataset(dataset: string, fields: object): Promise<void> {
    await this.call({ method: 'PUT', path: `/api/1/datasets/${dataset}/`, body: jsonBody(fields) })
  }

  private call(call: Call): Promise<ApiResponse> {
    return this.withRetries(() => this.send(call))
  }

  /**
   * Retries `body` after each TransientError, up to the setting `retries`.
   *
   * @param before is called before each retry. If it returns a result, `body` is not called again.
   */
  async withRetries<T>(
    body: () => Promise<T>,
    before: () => Promise<T | undefined> = async () => undefined,
  ): Promise<T> {
    for (let failed = 1; ; failed++) {
      try {
        return (failed > 1 ? await before() : undefined) ?? (await body())
      } catch (error) {
        if (!(error instanceof TransientError)) throw error
        await this.pauseAfter(error, failed)
      }
    }
  }

  private async pauseAfter({ reason, retryAfter, message }: TransientError, failed: number): Promise<void> {
    const { settings, signal } = this.connection
    const failure = (why: string) => new Failure('portal', `cannot publish on ${this.portal}: ${why}`)
    if (failed > settings.retries)
      throw failure(`${reason} (${pluralize(failed, 'attempt')}). Run "publish-remote" later.`)
    if (retryAfter !== undefined && retryAfter > MAX_RETRY_AFTER)
      throw failure(`${reason} and asks to wait ${formatDuration(retryAfter)}. Run "publish-remote" then.`)
    const pause = retryAfter ?? pauseBefore(failed, settings, Math.random())
    this.warn(`${message}; retrying in ${formatDuration(pause)} (${failed} of ${settings.retries})`)
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }

  /** @param expected statuses besides 2xx that do not throw */
  private async send({ method, path, body }: Call, expected: readonly number[] = []): Promise<ApiResponse> {
    const url = `${this.portal}${path}`
    const response = await exchange(url, method, { 'x-api-key': this.key }, body, this.connection).catch((error) => {
      throw this.asFailure(url, error)
    })
    const { status } = response
    if ((status >= 200 && status < 300) || expected.includes(status)) return response
    throw this.refusal(url, response)
  }

  private asFailure(url: string, error: unknown): unknown {
    const { signal } = this.connection
    if (signal.aborted) return signal.reason
    if (error instanceof Failure) return error
    const isFinal = error instanceof ProxyError ? !error.retryable : isCertificateError(error as NodeJS.ErrnoException)
    const reason = this.withoutKey(
      error instanceof ProxyError ? error.message : reasonOf(error as NodeJS.ErrnoException),
    )
    if (isFinal) return new Failure('portal', `cannot publish on ${this.portal}: ${reason}`)
    return new TransientError(url, reason)
  }

  private refusal(url: string, { status, text, header }: ApiResponse): Error {
    const message = this.withoutKey(messageIn(text))
    const reply = `${status}${message === '' ? '' : `, ${quoted(message, 200)}`}`
    if (status === 408 || status === 429 || status >= 500)
      return new TransientError(url, `it answers ${reply}`, parseRetryAfter(header('retry-after'), Date.now()))
    const { kind, why } = explainRefusal(status, reply, subjectOf(url.slice(this.portal.length)), header('location'))
    return new Failure(kind, `cannot publish on ${this.portal}: ${why}`)
  }

  private withoutKey(text: string): string {
    return text.replaceAll(this.key, '***')
  }

  private parse<T>(text: string): T {
    try {
      return JSON.parse(text)
    } catch {
      throw this.notUdata()
    }
  }

  private notUdata(): Failure {
    return new Failure(
      'usage',
      `cannot publish on ${this.portal}: it does not answer like a uData portal. Check the setting publish.`,
    )
  }
}
