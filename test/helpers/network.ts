import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'

/** A host with its own network and name, which reaches only this machine, at one address. */
interface Host {
  /** Goes before a command, to run it on this host. */
  readonly prefix: readonly string[]
}

/** Hosts that share only some ports of this machine. */
export interface Network {
  /** The address of this machine, for the hosts and for itself. */
  readonly address: string
  readonly hosts: readonly Host[]
  /** Lets the hosts reach a server that listens on 127.0.0.1. */
  expose(port: number): Promise<void>
  remove(): Promise<void>
}

/** @returns undefined if it is not possible: it needs Linux, root and `ip` */
export function openNetwork(...names: readonly string[]): Network | undefined {
  const subnet = `10.${(process.pid >> 8) & 255}.${process.pid & 255}`
  const address = `${subnet}.1`
  const namespace = (name: string) => `${name}-${process.pid}`
  const servers: Server[] = []
  const remove = async () => {
    for (const server of servers) server.close()
    for (const name of names) {
      attempt('netns', 'del', namespace(name))
      await rm(`/etc/netns/${namespace(name)}`, { recursive: true, force: true })
    }
    attempt('addr', 'del', `${address}/32`, 'dev', 'lo')
  }
  try {
    ip('addr', 'add', `${address}/32`, 'dev', 'lo')
    names.forEach((name, index) => {
      const [here, there] = [`tops${process.pid}${index}a`, `tops${process.pid}${index}b`]
      const [gateway, own] = [`${subnet}.${4 * index + 5}`, `${subnet}.${4 * index + 6}`]
      ip('netns', 'add', namespace(name))
      // `ip netns exec` mounts these over /etc: a host knows its own name, and has no name server.
      mkdirSync(`/etc/netns/${namespace(name)}`, { recursive: true })
      writeFileSync(`/etc/netns/${namespace(name)}/hosts`, `127.0.0.1 localhost\n127.0.1.1 ${name}\n`)
      writeFileSync(`/etc/netns/${namespace(name)}/resolv.conf`, '')
      ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', namespace(name))
      ip('addr', 'add', `${gateway}/30`, 'dev', here)
      ip('link', 'set', here, 'up')
      for (const device of ['lo', there]) ip('-n', namespace(name), 'link', 'set', device, 'up')
      ip('-n', namespace(name), 'addr', 'add', `${own}/30`, 'dev', there)
      ip('-n', namespace(name), 'route', 'add', 'default', 'via', gateway)
    })
  } catch {
    void remove()
    return undefined
  }
  const prefix = (name: string) => [
    ...['ip', 'netns', 'exec', namespace(name), 'unshare', '--uts'],
    ...['sh', '-c', `hostname ${name} && exec "$@"`, 'sh'],
  ]
  return {
    address,
    hosts: names.map((name) => ({ prefix: prefix(name) })),
    expose: (port) =>
      new Promise((resolve) => {
        const server = createServer((near) => {
          const far = connect(port, '127.0.0.1')
          near.pipe(far).pipe(near)
          near.on('error', () => far.destroy())
          far.on('error', () => near.destroy())
        })
        servers.push(server.listen(port, address, resolve))
      }),
    remove,
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'ignore' })
}

function attempt(...args: readonly string[]): void {
  try {
    ip(...args)
  } catch {
    // It does not exist.
  }
}
