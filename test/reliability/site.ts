import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished, type TestContext } from 'vitest'
import type { ExportName } from '../../src/editions/edition.ts'
import { BASE_ENVIRONMENT, CLI, type CliResult, cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startMailServer } from '../helpers/receivers.ts'
import { type Fault, type ReplicaFile, type ReplicaRequest, startReplica } from '../helpers/replica.ts'
import { startTlsFront, type TlsFront } from '../helpers/tlsFront.ts'
import { API_KEY, type PlayedPortal, startUdataPortal } from '../helpers/udataPortal.ts'
import { fileSystem } from '../stores/children.ts'

const HOUR_MS = 3_600_000
const CLOCK = fileURLToPath(new URL('fakeClock.mjs', import.meta.url))

export type ExportFiles = Readonly<Record<ExportName, ReplicaFile>>

/** A message that arrived, and the hour in which it did. */
interface Message {
  readonly at: Date
  readonly target: 'team' | 'on call'
  readonly subject: string
  readonly text: string
}

/**
 * An installation as it runs for weeks: `schedule` in a process whose clock the test moves by the hour, a portal behind TLS, another one
 * on which editions are published, a small disk for each store, and two targets of notifications.
 */
export interface Site {
  readonly now: Date
  readonly disks: { readonly archive: string; readonly documents: string }
  /** Plays the certificate of the portal. */
  readonly front: TlsFront
  /** The portal on which editions are published. */
  readonly remote: PlayedPortal
  /** The fault of the portal's responses. */
  fault: ((request: ReplicaRequest) => Fault | undefined) | undefined
  /** The status with which the webhook answers. */
  hookStatus: number
  readonly messages: readonly Message[]
  /** The lines on the scheduler's stderr. */
  readonly log: readonly { readonly time: string; readonly level: string; readonly message: string }[]
  /** Each sample of the metrics → its value at the end of each hour; undefined where there was none. */
  readonly samples: ReadonlyMap<string, readonly (number | undefined)[]>
  publish(files: ExportFiles): void
  startScheduler(): void
  /** Ends the scheduler with SIGKILL, or with another signal. */
  stopScheduler(signal?: NodeJS.Signals): Promise<void>
  /** The commands that a person has run. */
  readonly commands: readonly string[]
  /** Runs a command as a person would. */
  cli(...args: readonly string[]): Promise<CliResult>
  /** Reads a path of the scheduler's health server with curl. */
  curl(path: string): Promise<string>
  /** Lets an hour pass, then reads the metrics and the messages. */
  passHour(): Promise<void>
}

/** Opens the installation, which is closed after the test. `start` is ISO 8601. */
export async function openSite(start: string, files: ExportFiles, skip: TestContext['skip']): Promise<Site> {
  const disks = { archive: await fileSystem('4m', skip), documents: await fileSystem('4m', skip) }
  const portal = await startReplica({ files, fault: (request) => site.fault?.(request) })
  onTestFinished(() => portal.close())
  const [front, remote, mail] = [await startTlsFront(portal.url), await startUdataPortal(), await startMailServer()]
  const hook = await startHook(() => site.hookStatus)
  const cwd = await temporaryFolder()
  const settings = {
    language: 'en',
    schedule: '0 17 * * *',
    portal: front.url,
    archive: `file:${join(disks.archive, 'datagouv')}`,
    documents: `sqlite:${join(disks.documents, 'datagouv.db')}`,
    retries: 1,
    retry_pause: '10ms',
    gate_max_age: '3d',
    notify: [
      { kind: 'email', name: 'team', url: mail.url, from: 'tops@example.org', to: ['team@example.org'] },
      {
        kind: 'webhook',
        name: 'on call',
        url: hook.url,
        events: ['failed', 'refused', 'missed', 'remote_failed', 'recovered'],
      },
    ],
    publish: [{ portal: remote.url, dataset: 'target', files: ['list'] }],
  }
  await writeTestFile(cwd, 'datagouv-tops.yaml', JSON.stringify(settings))

  const messages: Message[] = []
  const log: Site['log'][number][] = []
  const samples = new Map<string, (number | undefined)[]>()
  const commands: string[] = []
  let hours = 0
  let scheduler: Scheduler | undefined
  const now = () => new Date(Date.parse(start) + hours * HOUR_MS)
  const environment = () => ({
    NODE_OPTIONS: `--import=${CLOCK}`,
    NODE_EXTRA_CA_CERTS: front.authority,
    DATAGOUV_TOPS_PUBLISH_API_KEY: API_KEY,
    FAKE_NOW: now().toISOString(),
  })

  async function readMetrics(): Promise<void> {
    const text = scheduler?.isUp ? await scheduler.metrics() : ''
    const found = new Map<string, number>()
    for (const [, sample, value] of text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)) found.set(sample!, Number(value))
    for (const sample of new Set([...samples.keys(), ...found.keys()])) {
      const values = samples.get(sample) ?? Array(hours - 1).fill(undefined)
      samples.set(sample, [...values, found.get(sample)])
    }
  }

  function readMessages(): void {
    const at = now()
    for (const { raw } of mail.mails.splice(0)) messages.push({ at, target: 'team', ...parseMail(raw) })
    for (const { subject, text } of hook.received.splice(0)) messages.push({ at, target: 'on call', subject, text })
  }

  const site: Site = {
    get now() {
      return now()
    },
    disks,
    front,
    remote,
    fault: undefined,
    hookStatus: 200,
    messages,
    log,
    samples,
    publish: (next) => {
      for (const name of ['datasets', 'organizations'] as const) portal.publish(name, next[name])
    },
    startScheduler: () => {
      scheduler = startScheduler(cwd, environment(), (line) => log.push(line))
    },
    stopScheduler: async (signal = 'SIGKILL') => scheduler?.stop(signal),
    commands,
    cli: (...args) => {
      commands.push(`datagouv-tops ${args.join(' ')}`)
      return cli(args, { cwd, env: environment() })
    },
    curl: async (path) => {
      commands.push(`curl -s http://127.0.0.1:8081/${path}`)
      return (await promisify(execFile)('curl', ['-s', `${scheduler?.address()}${path}`])).stdout
    },
    passHour: async () => {
      hours++
      if (scheduler?.isUp) await scheduler.advanceTo(now())
      await readMetrics()
      readMessages()
    },
  }
  return site
}

interface Scheduler {
  readonly isUp: boolean
  /** Of its health server. */
  address(): string
  /** Lets it sleep up to a time; waits until it sleeps then, or until it ends. */
  advanceTo(time: Date): Promise<void>
  /** Returns what `/metrics` answers; nothing if that is an error. */
  metrics(): Promise<string>
  stop(signal: NodeJS.Signals): Promise<void>
}

function startScheduler(
  cwd: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: Site['log'][number]) => void,
): Scheduler {
  const child: ChildProcess = spawn(
    process.execPath,
    [CLI, 'schedule', '--json', '--log-format', 'json', '--health-port', '0'],
    { cwd, env: { ...BASE_ENVIRONMENT, ...environment }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let address = ''
  let text = ''
  child.stderr!.on('data', (chunk) => {
    const lines = `${text}${chunk}`.split('\n')
    text = lines.pop()!
    for (const line of lines.map((one) => JSON.parse(one))) {
      onLine(line)
      address ||= /^health at (\S+)healthz$/.exec(line.message)?.[1] ?? ''
    }
  })
  const isUp = () => child.exitCode === null && child.signalCode === null
  return {
    get isUp() {
      return isUp()
    },
    address: () => address,
    advanceTo: async (time) => {
      const reached = new Promise<void>((resolve) => {
        const listener = ({ reached }: { reached: number }) => {
          if (reached !== time.getTime()) return
          child.off('message', listener)
          resolve()
        }
        child.on('message', listener)
      })
      child.send({ until: time.getTime() })
      await Promise.race([reached, ended])
    },
    metrics: async () => {
      const response = await fetch(`${address}metrics`).catch(() => undefined)
      return response?.ok ? response.text() : ''
    },
    stop: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

/** Starts a webhook whose answers have a status that can change. It keeps what it accepts. */
async function startHook(status: () => number) {
  const received: { readonly subject: string; readonly text: string }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (status() === 200) received.push(JSON.parse(text))
    response.writeHead(status()).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received }
}

/** Returns subject and text of a mail in ASCII, or with a few other characters. */
function parseMail(raw: string): Pick<Message, 'subject' | 'text'> {
  const [head, body] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n') + 4)]
  const subject = /^Subject: \[datagouv-tops\] (.*)$/m.exec(head.replace(/\r\n\s/g, ' '))![1]!
  const decoded = body
    .replace(/=\r\n/g, '')
    .replace(/((?:=[0-9A-F]{2})+)/g, (bytes) => decodeURIComponent(bytes.replaceAll('=', '%')))
  return { subject, text: decoded.replaceAll('\r\n', '\n').trim() }
}
