import type { StoreReport } from '../report.ts'
import type { Bucket } from './bucket.ts'
import { STAGING_PREFIX } from './keys.ts'

const DOCS = 'docs/deploy.md, "A bucket\'s permissions and lifecycle"'

/** Warns, once each, of bucket settings that keep the objects that a run deletes. */
export class BucketWarnings {
  private readonly sent = new Set<string>()

  constructor(
    private readonly bucket: Bucket,
    private readonly report: StoreReport,
  ) {}

  /** The access key may not delete the staged copy of an object. */
  missingPermission(): void {
    if (!this.isFirst('permission')) return
    this.report.warn(
      `the access key may not delete objects in s3://${this.bucket.name}, so each file stays there twice, the second time under ${STAGING_PREFIX}; grant it DeleteObject, or expire ${STAGING_PREFIX} by a lifecycle rule (${DOCS})`,
    )
  }

  /** The bucket is versioned. A lifecycle rule for its old versions ends this warning. */
  async versions(): Promise<void> {
    if (!this.isFirst('versions') || (await this.bucket.expiresVersions()) === true) return
    this.report.warn(
      `s3://${this.bucket.name} is versioned and keeps what is deleted, so each file stays there twice; expire noncurrent versions by a lifecycle rule, and grant the access key GetLifecycleConfiguration to end this warning (${DOCS})`,
    )
  }

  private isFirst(kind: string): boolean {
    const isFirst = !this.sent.has(kind)
    this.sent.add(kind)
    return isFirst
  }
}
