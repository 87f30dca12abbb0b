import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { Failure } from '../errors.ts'
import { openDocuments } from '../openContext.ts'
import type { Documents } from '../stores/documents.ts'
import type { DoctorContext } from './doctorContext.ts'
import { type Finding, ok, warning } from './finding.ts'
import { probeName, unreliableStore } from './probe.ts'

/** Writes, reads, changes and deletes a document. */
export async function checkDocuments(context: DoctorContext): Promise<Finding> {
  const store = await context.documents()
  if (await context.isNew.documents()) return checkNewDatabase(store.address)
  await tryLease(store)
  const created = context.created.documents
  return ok([`a document was written to ${store.address}, read, changed and removed`, ...created].join('; '))
}

/**
 * Checks the place of an SQLite file that does not exist yet, with another file beside it. Removing the file itself could remove what a
 * run has just written.
 */
async function checkNewDatabase(address: string): Promise<Finding> {
  const probe = `${address}.${probeName()}`
  const store = await openDocuments(probe)
  try {
    await tryLease(store)
  } catch (error) {
    if (error instanceof Failure)
      throw new Failure(error.kind, error.message.replaceAll(probe, address), { cause: error })
    throw error
  } finally {
    await store.close()
    const path = probe.slice('sqlite:'.length)
    for (const file of [path, `${path}-journal`]) await rm(file, { force: true }).catch(() => {})
  }
  return ok(`a document was written beside ${address}, read, changed and removed; the first run creates this file`)
}

/** Acquires, renews and releases a lease, which needs every operation of the store. */
async function tryLease(store: Documents): Promise<void> {
  const id = `doctor/${probeName()}`
  const { lease } = await store.acquire(id, { run: id, host: hostname(), pid: process.pid }, 60_000)
  try {
    const found = await store.find('leases', id)
    const renewed = await store.renew(id, id, 60_000)
    if (lease.run !== id || found === undefined || !renewed) throw unreliableStore(store)
  } finally {
    await store.release(id, id)
  }
}

/** With `fix`, installs the schema and the indexes. */
export async function checkSchema({ documentsFacts }: DoctorContext, fix: boolean): Promise<Finding> {
  const { schema } = await documentsFacts()
  if (schema === undefined) return ok('this store has no schema; the program checks each document')
  const { state, canValidate, lacks } = schema
  if (fix && state !== 'installed') {
    if (await schema.install()) return ok('installed: the server checks every edition; tops has its indexes')
    return withoutValidators('tops has its indexes')
  }
  if (state === 'missing') return warning(`tops lacks ${lacks.join(', ')}`, 'run "doctor --fix"')
  const isLater = state === 'later'
  if (!canValidate)
    return withoutValidators(isLater ? 'the first publication creates tops with its indexes' : 'tops has its indexes')
  if (isLater) return ok('the first publication creates tops with its schema and indexes')
  return ok('the server checks every edition; tops has its indexes')
}

function withoutValidators(indexes: string): Finding {
  return warning(
    `${indexes}, but this server has no validators, so it does not check documents; the program checks each one that it reads`,
    'nothing, unless you expected this server to be MongoDB',
  )
}
