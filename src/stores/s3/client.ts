import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { Failure } from '../../errors.ts'
import { createAgents } from '../../network/agents.ts'
import { hasProxy, type ProxySettings } from '../../network/proxy.ts'
import { DEFAULT_REGION } from './bucket.ts'

/** Time limit for connecting, to the store or to a proxy. */
const CONNECT_MS = 5_000

/**
 * An unreachable store must be reported within a minute. The SDK makes three attempts (`AWS_MAX_ATTEMPTS`), and each fails
 * after 10 s without traffic (13 s in practice). `expectContinueHeader: false` saves another 6 s of waiting for
 * `100 Continue`. The SDK's newer checksums are left out where S3 does not require them, because some other stores refuse
 * them. The signature covers every request's body, and the sha256 the whole object.
 */
const CLIENT: S3ClientConfig = {
  requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: 10_000 },
  expectContinueHeader: false,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
}

/**
 * Creates a client of the AWS SDK from the usual variables, files and services of AWS. The endpoint is undefined for Amazon.
 *
 * @throws Failure `usage` if the endpoint is not an address
 */
export async function createClient(proxies: ProxySettings) {
  const regionless = new S3Client(CLIENT)
  // An empty variable counts as not set.
  const region = (await regionless.config.region().catch(() => undefined)) || DEFAULT_REGION
  regionless.destroy()
  const requestHandler = { ...CLIENT.requestHandler, ...(await proxyAgents(proxies)) }
  const client = new S3Client({ ...CLIENT, requestHandler, region })
  const endpoint = (await client.config.serviceConfiguredEndpoint?.()) || undefined
  if (endpoint !== undefined && !(/^https?:\/\/[^/]/.test(endpoint) && URL.canParse(endpoint))) {
    client.destroy()
    throw new Failure(
      'usage',
      'AWS_ENDPOINT_URL_S3 is not the address of a store; write http://HOST:9000 or https://HOST',
    )
  }
  // A store on one host has no names like BUCKET.HOST.
  client.config.forcePathStyle = endpoint !== undefined
  return { client, region, endpoint }
}

/** Returns agents for the SDK; without proxies, it uses its own. They also carry the requests for credentials. */
async function proxyAgents(proxies: ProxySettings): Promise<{ httpAgent?: HttpAgent; httpsAgent?: HttpsAgent }> {
  if (!hasProxy(proxies)) return {}
  const agents = await createAgents(proxies, { keepAlive: true, maxSockets: 50, connectTimeout: CONNECT_MS })
  return { httpAgent: agents['http:'], httpsAgent: agents['https:'] as HttpsAgent }
}
