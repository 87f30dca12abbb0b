import type { MessagePort, Worker } from 'node:worker_threads'
import { DamagedDocument, Failure, type FailureKind, NotFound } from '../../errors.ts'

/** The calls and streams that one side of a channel answers. Arguments and results are plain values. */
export interface Handlers {
  readonly calls?: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>
  /** The chunks are transferred: each must have a buffer of its own. */
  readonly streams?: Readonly<Record<string, (...args: never[]) => AsyncIterable<Uint8Array>>>
}

/** Calls the other side of a pair of message ports. */
export interface Channel {
  call<T>(name: string, ...args: unknown[]): Promise<T>
  /** Reads a stream. The other side reads its source one chunk at a time, when asked. */
  stream(name: string, ...args: unknown[]): AsyncIterable<Uint8Array>
  /** Rejects everything that still waits for the other side. */
  fail(error: Error): void
}

interface Message {
  readonly type: 'call' | 'next' | 'return' | 'value' | 'error'
  readonly id: number
  readonly name: string
  readonly args: never[]
  readonly stream: number
  readonly value: never
  readonly error: SentError
}

interface SentError {
  readonly kind: FailureKind | undefined
  readonly isNotFound: boolean
  readonly subject: string | undefined
  readonly message: string
  readonly stack: string | undefined
}

interface Port {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void
  on(event: 'message', listener: (message: Message) => void): unknown
}

/** Opens a channel over a port, whose other side opens one as well. */
export function openChannel(port: MessagePort | Worker, handlers: Handlers): Channel {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  const answers = createAnswers(port, handlers)
  let lastId = 0

  ;(port as Port).on('message', (message) => {
    const { type, id } = message
    if (type !== 'value' && type !== 'error') return answers.handle(message)
    const request = waiting.get(id)
    waiting.delete(id)
    if (type === 'value') request?.resolve(message.value)
    else request?.reject(receivedError(message.error))
  })

  function send<T>(type: string, fields: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      port.postMessage({ type, id, ...fields })
    })
  }

  return {
    call: (name, ...args) => send('call', { name, args }),
    stream: async function* (name, ...args) {
      const stream = ++lastId
      let chunk: Uint8Array | undefined
      try {
        do {
          chunk = await send<Uint8Array | undefined>('next', { name, args: [stream, ...args] })
          if (chunk !== undefined) yield chunk
        } while (chunk !== undefined)
      } finally {
        // The reader may have stopped before the end.
        send('return', { stream }).catch(() => {})
      }
    },
    fail: (error) => {
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
      answers.close()
    },
  }
}

function createAnswers(port: MessagePort | Worker, { calls = {}, streams = {} }: Handlers) {
  const sources = new Map<number, AsyncIterator<Uint8Array>>()

  /** Reads the next chunk of a stream, which the first call opens. */
  async function next(name: string, [stream, ...args]: never[]): Promise<Uint8Array | undefined> {
    const source = sources.get(stream!) ?? streams[name]!(...args)[Symbol.asyncIterator]()
    sources.set(stream!, source)
    return (await source.next()).value
  }

  async function close(stream: number): Promise<void> {
    const source = sources.get(stream)
    sources.delete(stream)
    await source?.return?.()
  }

  async function answer({ type, name, args, stream }: Message): Promise<unknown> {
    if (type === 'call') return calls[name]!(...args)
    return type === 'next' ? next(name, args) : close(stream)
  }

  return {
    handle: (message: Message): void => {
      const { id } = message
      answer(message).then(
        (value) => {
          const transfer = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
          port.postMessage({ type: 'value', id, value }, transfer)
        },
        (error) => port.postMessage({ type: 'error', id, error: sentError(error) }),
      )
    },
    /** Closes the streams that the other side has not read to their end. */
    close: (): void => {
      for (const stream of [...sources.keys()]) close(stream).catch(() => {})
    },
  }
}

function sentError(error: unknown): SentError {
  const { message = String(error), stack } = error as Partial<Error>
  const kind = error instanceof Failure ? error.kind : undefined
  const subject = error instanceof DamagedDocument ? error.subject : undefined
  return { kind, isNotFound: error instanceof NotFound, subject, message, stack }
}

function receivedError({ kind, isNotFound, subject, message, stack }: SentError): Error {
  if (subject !== undefined) return new DamagedDocument(subject, message)
  if (isNotFound) return new NotFound(message)
  if (kind !== undefined) return new Failure(kind, message)
  return Object.assign(new Error(message), { stack })
}
