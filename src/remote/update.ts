import { Failure } from '../errors.ts'
import type { Run } from '../runs/run.ts'
import type { Dataset, Resource } from './api.ts'
import { multipartOf } from './multipart.ts'
import type { OpenDataset } from './prepare.ts'
import {
  changedExtras,
  changedFields,
  changedOrder,
  coverageOf,
  EXTRAS,
  findResource,
  findStrays,
  findUnmarked,
  hasFile,
  type WantedResource,
} from './resources.ts'

/** A resource after an update: what was done, and where it is. */
export interface UpdatedFile {
  /** `WATCH/FILE`, or `WATCH/FILE/DATE` for the file of one week. */
  readonly file: string
  readonly action: 'created' | 'replaced' | 'described' | 'unchanged'
  /** The id of the resource. */
  readonly resource: string
  /** The permanent link. */
  readonly url: string
  readonly size: number
}

/** Brings the resources of a dataset up to date. Every write is safe to repeat, and the leases are checked before it. */
export class DatasetUpdate {
  /** The changes other than to files: `order`, `temporal coverage`, `license`, `ID removed`. */
  readonly changes: string[] = []
  private readonly open: OpenDataset
  private readonly run: Pick<Run, 'warn'>
  private readonly checkLeases: () => Promise<void>
  private hasWritten = false

  constructor(open: OpenDataset, run: Pick<Run, 'warn'>, checkLeases: () => Promise<void>) {
    this.open = open
    this.run = run
    this.checkLeases = checkLeases
  }

  /** @param wanted in the order in which the dataset should show them */
  async update(wanted: readonly WantedResource[], watches: readonly string[]): Promise<readonly UpdatedFile[]> {
    const updated: UpdatedFile[] = []
    // uData puts a new resource in front of the others.
    for (const one of [...wanted].reverse()) updated.unshift(await this.updateResource(one))
    const dataset = await this.removeStrays(watches)
    await this.restoreOrder(dataset, watches)
    await this.updateFields(dataset)
    return updated
  }

  private async updateResource(wanted: WantedResource): Promise<UpdatedFile> {
    const { api, dataset } = this.open
    let resource = findResource(dataset, wanted) ?? findUnmarked(dataset, wanted)[0]
    let action: UpdatedFile['action'] = 'unchanged'
    if (resource === undefined) {
      resource = await this.create(wanted)
      action = 'created'
    }
    const { id, latest } = resource
    // Until a new resource has this mark, only its file name shows that this program created it.
    const mark = { [EXTRAS.file]: wanted.id }
    if (resource.extras[EXTRAS.file] !== wanted.id) await this.write(() => api.addExtras(dataset.id, id, mark))
    if (!hasFile(resource, wanted.file)) {
      resource = await this.replace(id, wanted)
      if (action === 'unchanged') action = 'replaced'
    }
    const fields = changedFields(resource, wanted)
    if (fields !== undefined) {
      await this.write(() => api.updateResource(dataset.id, id, fields))
      if (action === 'unchanged') action = 'described'
    }
    const extras = changedExtras({ ...resource, extras: { ...resource.extras, ...mark } }, wanted)
    if (extras !== undefined) await this.write(() => api.addExtras(dataset.id, id, extras))
    return { file: wanted.id, action, resource: id, url: latest, size: wanted.file.bytes }
  }

  /** Uploads a new resource. Before a retry, checks whether the failed attempt has created it after all. */
  private create(wanted: WantedResource): Promise<Resource> {
    const { api, dataset } = this.open
    const body = multipartOf(wanted.fileName, wanted.file)
    return this.write(() =>
      api.withRetries(
        () => api.createOnce(dataset.id, body),
        async () => findUnmarked(await api.dataset(dataset.id), wanted)[0],
      ),
    )
  }

  private async replace(id: string, wanted: WantedResource): Promise<Resource> {
    const { api, dataset } = this.open
    const body = multipartOf(wanted.fileName, wanted.file)
    const resource = await this.write(() => api.replaceFile(dataset.id, id, body))
    if (hasFile(resource, wanted.file)) return resource
    const what = `${wanted.fileName} arrived with the checksum ${resource.checksum?.value ?? 'none'}`
    throw new Failure(
      'portal',
      `cannot publish in the dataset ${dataset.id}: ${what} instead of ${wanted.file.sha1}. Run "publish-remote" again.`,
    )
  }

  /**
   * Deletes resources that earlier runs uploaded but never marked, because they died or lost a response.
   *
   * @returns the dataset without them
   */
  private async removeStrays(watches: readonly string[]): Promise<Dataset> {
    const { api, dataset } = this.open
    const found = this.hasWritten ? await api.dataset(dataset.id) : dataset
    const strays = findStrays(found, watches)
    for (const { id, title } of strays) {
      await this.write(() => api.deleteResource(dataset.id, id))
      this.changes.push(`${id} removed`)
      this.run.warn(`removed the resource ${id} (${title}): it was left by an interrupted upload`)
    }
    return { ...found, resources: found.resources.filter((one) => !strays.includes(one)) }
  }

  private async restoreOrder(dataset: Dataset, watches: readonly string[]): Promise<void> {
    const order = changedOrder(dataset, watches)
    if (order === undefined) return
    await this.write(() => this.open.api.reorder(dataset.id, order))
    this.changes.push('order')
  }

  /** Updates the temporal coverage and the license of a dataset. Leaves its other fields alone. */
  private async updateFields(dataset: Dataset): Promise<void> {
    const { api, license } = this.open
    const coverage = coverageOf(dataset)
    const { start, end } = dataset.temporal_coverage ?? {}
    const isCovered =
      coverage === undefined || (start?.slice(0, 10) === coverage.start && end?.slice(0, 10) === coverage.end)
    const fields = { ...(!isCovered && { temporal_coverage: coverage }), ...(license !== undefined && { license }) }
    if (Object.keys(fields).length === 0) return
    if (dataset.permissions?.edit === false) {
      this.run.warn(
        `the owner of the API key is not allowed to change ${Object.keys(fields).join(' and ')} of ${dataset.id}`,
      )
      return
    }
    await this.write(() => api.updateDataset(dataset.id, fields))
    this.changes.push(...Object.keys(fields).map((field) => field.replace('_', ' ')))
  }

  private async write<T>(body: () => Promise<T>): Promise<T> {
    await this.checkLeases()
    this.hasWritten = true
    return body()
  }
}
