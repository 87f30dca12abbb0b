import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { deserialize, Long, serialize } from 'bson'
import { onTestFinished } from 'vitest'

type Fields = Readonly<Record<string, unknown>>

/** A received command, including the documents of its sections. */
export type Command = Fields & { readonly $db?: string }

/** Returns the answer to a query. The driver requires the cursor's id to be a 64-bit number. */
export function cursorOf(...firstBatch: readonly object[]) {
  return { cursor: { id: Long.ZERO, ns: 'datagouv.any', firstBatch } }
}

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

/**
 * Starts a server that speaks MongoDB's protocol and responds as a test needs, for errors that a real server cannot be made to
 * return. By default it responds like the only member of a replica set.
 *
 * @param answer returns the response to a command, or undefined for the default
 * @returns the server's address, without a user, and the received commands in order
 */
export async function startFakeMongo(answer: (command: Command) => Fields | undefined) {
  const commands: Command[] = []
  const server = createServer((socket) => serve(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const sockets = new Set<Socket>()
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { host, url: `mongodb://${host}/datagouv?replicaSet=rs`, commands }

  function serve(socket: Socket): void {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      received = Buffer.concat([received, data])
      while (received.length >= 4 && received.length >= received.readInt32LE()) {
        const message = received.subarray(0, received.readInt32LE())
        received = received.subarray(message.length)
        const command = message.readInt32LE(12) === OP_QUERY ? parseQuery(message) : parseMessage(message)
        commands.push(command)
        socket.write(reply(message, { ok: 1, ...(answer(command) ?? defaultResponse(command)) }))
      }
    })
  }

  function defaultResponse(command: Command): Fields {
    if ('hello' in command || 'ismaster' in command || 'isMaster' in command)
      return { ...hello(), localTime: new Date() }
    if ('listCollections' in command || 'listIndexes' in command || 'find' in command) return cursorOf()
    return { n: 1, nModified: 1 }
  }

  function hello(): Fields {
    const limits = { maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 }
    const set = { setName: 'rs', hosts: [host], me: host, primary: host, ismaster: true, isWritablePrimary: true }
    return { helloOk: true, ...set, ...limits, minWireVersion: 0, maxWireVersion: 25, logicalSessionTimeoutMinutes: 30 }
  }
}

/** The driver sends the handshake as a legacy query. */
function parseQuery(message: Buffer): Command {
  const name = message.indexOf(0, 20)
  return deserialize(message.subarray(name + 9))
}

function parseMessage(message: Buffer): Command {
  let command: Command = {}
  for (let at = 20; at < message.length; ) {
    const size = message.readInt32LE(at + 1)
    const section = message.subarray(at + 1, at + 1 + size)
    at += 1 + size
    if (message[at - 1 - size] === 0) command = { ...command, ...deserialize(section) }
    else command = { ...command, ...parseSequence(section) }
  }
  return command
}

/** Parses the documents of an insert or the statements of an update, which follow the command in their own section. */
function parseSequence(section: Buffer): Fields {
  const end = section.indexOf(0, 4)
  const documents: Fields[] = []
  for (let at = end + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(deserialize(section.subarray(at, at + section.readInt32LE(at))))
  }
  return { [section.toString('utf8', 4, end)]: documents }
}

function reply(request: Buffer, body: Fields): Buffer {
  const document = serialize(body)
  const isQuery = request.readInt32LE(12) === OP_QUERY
  const head = Buffer.alloc(isQuery ? 36 : 21)
  head.writeInt32LE(head.length + document.length, 0)
  head.writeInt32LE(request.readInt32LE(4), 8)
  head.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12)
  if (isQuery) head.writeInt32LE(1, 32)
  return Buffer.concat([head, document])
}
