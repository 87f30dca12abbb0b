/** The cause of a failure: a response with a status that a retry will not change. */
export class StatusError extends Error {
  readonly url: string
  readonly status: number

  constructor(url: string, status: number) {
    super(`${url} answers ${status}`)
    this.url = url
    this.status = status
  }
}
