import type { FileHandle } from 'node:fs/promises'
import type { Context } from '../../src/context.ts'
import type { Archive, PendingObject } from '../../src/stores/archive.ts'
import type { Documents, Holder } from '../../src/stores/documents.ts'
import { deadPid } from './processes.ts'

/** Called before every call of a store, with its number (from 1) and name. The call starts when it resolves. */
export type BeforeCall = (call: number, name: string) => Promise<void>

/** Wraps the stores of a context so that `before` is called first. Its leases belong to a process that no longer exists. */
export function interceptStores(context: Context, before: BeforeCall): Context {
  let calls = 0
  const next = (name: string) => before(++calls, name)
  return { ...context, archive: archiveOf(context.archive, next), documents: documentsOf(context.documents, next) }
}

type Next = (name: string) => Promise<void>

function archiveOf(archive: Archive, next: Next): Archive {
  async function* streamed<T>(name: string, open: () => AsyncIterable<T>): AsyncIterable<T> {
    await next(name)
    yield* open()
  }
  return {
    address: archive.address,
    exists: () => archive.exists(),
    create: async (key, facts) => {
      await next(`create ${key}`)
      return objectOf(key, await archive.create(key, facts), next)
    },
    stat: async (key) => {
      await next(`stat ${key}`)
      return archive.stat(key)
    },
    read: (key, range) => streamed(`read ${key}`, () => archive.read(key, range)),
    list: (prefix) => streamed(`list ${prefix}`, () => archive.list(prefix)),
    remove: async (key) => {
      await next(`remove ${key}`)
      await archive.remove(key)
    },
    sweep: async (key) => {
      await next(`sweep ${key}`)
      await archive.sweep(key)
    },
    pendingKeys: () => streamed('pending', () => archive.pendingKeys()),
    facts: () => archive.facts(),
    close: () => archive.close(),
  }
}

function objectOf(key: string, object: PendingObject, next: Next): PendingObject {
  return {
    write: async (bytes) => {
      await next(`write ${key}`)
      await object.write(bytes)
    },
    complete: async (sha256) => {
      await next(`complete ${key}`)
      await object.complete(sha256)
    },
    commit: async (elsewhere) => {
      await next(`commit ${elsewhere ?? key}`)
      await object.commit(elsewhere)
    },
    abort: async () => {
      try {
        await next(`abort ${key}`)
      } catch (error) {
        await closeFile(object)
        throw error
      }
      await object.abort()
    },
  }
}

/** Closes the file of an object in a folder, as the system does when a process dies. Node 26 fails if garbage collection does. */
export async function closeFile(object: PendingObject): Promise<void> {
  await (object as unknown as { readonly file?: FileHandle }).file?.close()
}

/** Every method of the port is async, so one wrapper serves for all. */
function documentsOf(documents: Documents, next: Next): Documents {
  const pid = deadPid()
  const isHolder = (arg: unknown): arg is Holder => typeof arg === 'object' && arg !== null && 'pid' in arg
  return new Proxy(documents, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function' || name === 'close') return value
      return async (...args: unknown[]) => {
        await next(`${String(name)} ${args.filter((arg) => typeof arg === 'string').join(' ')}`)
        return value.apply(
          target,
          name === 'acquire' ? args.map((arg) => (isHolder(arg) ? { ...arg, pid } : arg)) : args,
        )
      }
    },
  })
}
