import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkerPath } from '../helpers/checker.ts'

/** Starts an engine with stand-ins for the images, on a machine that has no engine or cannot pull images. */
const KIT = join(resolve(process.env.DOCKER_KIT ?? '../shared/docker'), 'up')

/** The Python that has clients of both stores. */
export const STORE_CLIENTS = 'store-clients-python'

/** Node's package on npm needs this library since version 25. The kit's base image lacks it, Node's own image does not. */
const NODE_LIBRARY = `FROM standin/debian:bookworm
RUN apt-get update -qq && apt-get install -y -qq libatomic1 >/dev/null && rm -rf /var/lib/apt/lists/*
`

/** Returns why the stack cannot run here, or undefined. */
export function skipReason(): string | undefined {
  if (!process.env.TEST_COMPOSE) return 'it takes 10 to 12 minutes; to run it: make test-compose'
  if (!existsSync(checkerPath(STORE_CLIENTS))) return `to run it: scripts/checkers ${STORE_CLIENTS}`
  if (isRunning() || existsSync(KIT)) return undefined
  return 'there is no Docker engine here, and no kit that starts one (DOCKER_KIT)'
}

/**
 * Makes sure that an engine is up and has the images, each either pulled or made by the kit.
 *
 * @returns stops the engine, unless it was up before
 */
export function startEngine(images: readonly string[]): () => void {
  const wasRunning = isRunning()
  const missing = wasRunning ? images.filter((image) => !hasImage(image) && !pulls(image)) : images
  if (missing.length > 0) makeStandIns(images)
  const lacking = images.filter((image) => !hasImage(image) && !pulls(image))
  if (lacking.length > 0)
    throw new Error(`cannot pull these images, and the kit does not make them: ${lacking.join(', ')}`)
  return () => {
    if (!wasRunning) spawnSync(KIT, ['--down'])
  }
}

function makeStandIns(images: readonly string[]): void {
  for (const image of images) {
    const tag = /^node:(.*)/.exec(image)?.[1]
    if (tag === undefined) continue
    if (spawnSync(KIT, [tag], { stdio: 'inherit' }).status === 0) continue
    spawnSync('docker', ['build', '-q', '-t', 'standin/debian:bookworm', '-'], { input: NODE_LIBRARY })
    execFileSync(KIT, [tag], { stdio: 'inherit' })
  }
}

const isRunning = () => spawnSync('docker', ['info']).status === 0
const hasImage = (image: string) => spawnSync('docker', ['image', 'inspect', image]).status === 0
const pulls = (image: string) => spawnSync('docker', ['pull', '-q', image], { timeout: 300_000 }).status === 0

/** Returns the address of this machine on the engine's bridge. With Docker Desktop, it is an address of the engine's own machine. */
export function bridgeAddress(): string {
  const format = '{{with index .IPAM.Config 0}}{{or .Gateway .Subnet}}{{end}}'
  const address = execFileSync('docker', ['network', 'inspect', 'bridge', '--format', format]).toString().trim()
  // Without a gateway, the engine takes the first address of the network.
  return address.replace(/\.0\/\d+$/, '.1')
}
