import { createHash, createHmac } from 'node:crypto'
import {
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Archive } from '../../src/stores/archive.ts'
import { openS3, type S3 } from '../../src/stores/s3/s3.ts'
import { uniqueName } from './services.ts'

export interface TestBucket {
  readonly archive: Archive
  readonly bucket: string
  /** The AWS SDK, to inspect the bucket independently. */
  readonly client: S3Client
  leftovers(): Promise<number>
  close(): Promise<void>
}

/** Opens a new bucket at the store in the environment variables. `close` deletes it. */
export async function testBucket(): Promise<TestBucket> {
  const bucket = uniqueName()
  const archive = await openS3(`s3://${bucket}`)
  // The SDK reads the environment at its first call, when a test may have changed it.
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = process.env
  const client = new S3Client({
    forcePathStyle: true,
    endpoint: AWS_ENDPOINT_URL_S3!,
    region: AWS_REGION!,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY! },
  })
  // MinIO lists uploads only by their exact key, so the keys are recorded.
  const uploaded = new Set<string>()
  const { client: tested } = archive as S3
  const send = tested.send.bind(tested) as (command: unknown) => Promise<unknown>
  tested.send = ((command: unknown) => {
    if (command instanceof CreateMultipartUploadCommand) uploaded.add(command.input.Key!)
    return send(command)
  }) as typeof tested.send
  return {
    archive,
    bucket,
    client,
    leftovers: async () => {
      // The bucket does not exist before the first write.
      const { Contents = [] } = await client
        .send(new ListObjectsV2Command({ Bucket: bucket }))
        .catch(() => ({ Contents: [] }))
      const partial = Contents.map(({ Key }) => Key!).filter((key) => /(^|\/)\.[^/]*\.partial$/.test(key))
      let uploads = 0
      for (const Prefix of new Set([...uploaded, ...partial])) {
        const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }))
        uploads += Uploads?.length ?? 0
      }
      return partial.length + uploads
    },
    close: async () => {
      await archive.close()
      const { Contents } = await client
        .send(new ListObjectsV2Command({ Bucket: bucket }))
        .catch(() => ({ Contents: [] }))
      for (const { Key } of Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: Key! }))
      await client.send(new DeleteBucketCommand({ Bucket: bucket })).catch(() => {})
      client.destroy()
    },
  }
}

/**
 * Requests temporary credentials from MinIO's STS that allow only these actions.
 *
 * @param actions such as `s3:GetObject`
 */
export async function restrictedCredentials(...actions: readonly string[]): Promise<Record<string, string>> {
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  const statement = { Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::*'] }
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  }).toString()
  // This signature (AWS Signature Version 4) saves a dependency on the SDK's client for one call.
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), 'us-east-1', 'sts', 'aws4_request']
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-amz-date': time }
  const signed = { ...headers, host: new URL(AWS_ENDPOINT_URL_S3!).host }
  const names = Object.keys(signed).sort() as (keyof typeof signed)[]
  const lines = names.map((name) => `${name}:${signed[name]}`)
  const request = ['POST', '/', '', ...lines, '', names.join(';'), hash(body)].join('\n')
  const key = scope.reduce<Buffer | string>(mac, `AWS4${AWS_SECRET_ACCESS_KEY}`)
  const signature = mac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), hash(request)].join('\n')).toString('hex')
  const credential = `Credential=${AWS_ACCESS_KEY_ID}/${scope.join('/')}`
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  const response = await fetch(AWS_ENDPOINT_URL_S3!, { method: 'POST', body, headers: { ...headers, authorization } })
  const text = await response.text()
  const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1] ?? ''
  return {
    AWS_ACCESS_KEY_ID: field('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: field('SecretAccessKey'),
    AWS_SESSION_TOKEN: field('SessionToken'),
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const mac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()
