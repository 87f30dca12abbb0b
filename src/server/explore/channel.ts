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
  /** Of a damaged document. */
  readonly subject: string | undefined
  readonly message: string
  readonly stack: string | undefined
}

interface Port {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void
  on(event: 'message', listener: (message: Message) => void): unknown
}

/** Opens a channel over a port, whose other side opens one as well. */
export function openChannel(port: MessagePort | Worker, { calls = {}, streams = {} }: Handlers): Channel {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  const sources = new Map<number, AsyncIterator<Uint8Array>>()
  let lastId = 0
  let lastStream = 0

  ;(port as Port).on('message', (message) => {
    const { type, id } = message
    if (type === 'value') settle(id)?.resolve(message.value)
    else if (type === 'error') settle(id)?.reject(receivedError(message.error))
    else if (type === 'call') answer(id, () => calls[message.name]!(...message.args))
    else if (type === 'next') answer(id, () => next(message.name, message.args))
    else answer(id, async () => void (await sources.get(message.stream)?.return?.()))
  })

  function settle(id: number) {
    const found = waiting.get(id)
    waiting.delete(id)
    return found
  }

  function answer(id: number, handle: () => Promise<unknown>): void {
    handle().then(
      (value) =>
        port.postMessage(
          { type: 'value', id, value },
          value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [],
        ),
      (error) => port.postMessage({ type: 'error', id, error: sentError(error) }),
    )
  }

  /** Reads the next chunk of a stream, which the first call opens. */
  async function next(name: string, [stream, ...args]: never[]): Promise<Uint8Array | undefined> {
    const source = sources.get(stream!) ?? streams[name]!(...args)[Symbol.asyncIterator]()
    sources.set(stream!, source)
    try {
      const { done, value } = await source.next()
      if (!done) return value
    } catch (error) {
      sources.delete(stream!)
      throw error
    }
    sources.delete(stream!)
    return undefined
  }

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
      const stream = ++lastStream
      let isOpen = true
      try {
        for (;;) {
          const chunk = await send<Uint8Array | undefined>('next', { name, args: [stream, ...args] })
          if (chunk === undefined) {
            isOpen = false
            return
          }
          yield chunk
        }
      } finally {
        if (isOpen) send('return', { stream }).catch(() => {})
      }
    },
    fail: (error) => {
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
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
