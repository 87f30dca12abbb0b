/** Sends a request to the API of `serve`. Both transports call the same app, in this process. */
export type FetchApi = (path: string) => Response | Promise<Response>

/** Values of query parameters. Undefined ones are left out; true is `1`. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A response of the API. */
export interface ApiResponse<T> {
  readonly body: T
  /** The number of items on all pages, if the response is paged. */
  readonly total: number | undefined
  readonly path: string
}

/** An error with an explanation for the assistant. */
export class ApiError extends Error {}

/** Calls the API. @throws ApiError with the API's explanation */
export async function callApi<T>(fetchApi: FetchApi, path: string, query: Query = {}): Promise<ApiResponse<T>> {
  const address = pathOf(path, query)
  const response = await fetchApi(address)
  const body = (await response.json()) as T & { readonly detail?: string }
  if (!response.ok) throw new ApiError(body.detail ?? `the API answers ${response.status}`)
  const total = response.headers.get('x-total-count')
  return { body, total: total === null ? undefined : Number(total), path: address }
}

function pathOf(path: string, query: Query): string {
  const parameters = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === false || value === '') return []
    return [[name, value === true ? '1' : String(value)]]
  })
  const search = new URLSearchParams(parameters).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Whether the OpenAPI description of the API has a path. */
export async function hasPath(fetchApi: FetchApi, path: string): Promise<boolean> {
  const { body } = await callApi<{ readonly paths: object }>(fetchApi, '/openapi.json')
  return Object.hasOwn(body.paths, path)
}
