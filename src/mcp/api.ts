/** A request to the API of `serve`, and what it answers. Both transports call the same app, in this process. */
export type FetchApi = (path: string) => Response | Promise<Response>

/** Values of query parameters. Undefined ones are left out; true is `1`. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** An answer of the API. */
export interface ApiAnswer<T> {
  readonly body: T
  /** The number of items without limit and offset, of an answer that is paged. */
  readonly total: number | undefined
  /** The path and the query of the request. */
  readonly path: string
}

/** An error that the API explains. */
export class ApiError extends Error {}

/** Calls the API. @throws ApiError with what the API says: what is wrong, and what there is */
export async function callApi<T>(fetchApi: FetchApi, path: string, query: Query = {}): Promise<ApiAnswer<T>> {
  const address = pathOf(path, query)
  const response = await fetchApi(address)
  const body = (await response.json()) as T & { readonly detail?: string }
  if (!response.ok) throw new ApiError(body.detail ?? `the API answers ${response.status}`)
  const total = response.headers.get('x-total-count')
  return { body, total: total === null ? undefined : Number(total), path: address }
}

/** Appends a query to a path. */
function pathOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === false || value === '') return []
    return [[name, value === true ? '1' : String(value)]]
  })
  const search = new URLSearchParams(given).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Whether the API has a path, as its description writes it. */
export async function hasPath(fetchApi: FetchApi, path: string): Promise<boolean> {
  const { body } = await callApi<{ readonly paths: object }>(fetchApi, '/openapi.json')
  return Object.hasOwn(body.paths, path)
}
