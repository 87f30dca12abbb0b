import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { deserialize, serialize } from 'bson'
import { onTestFinished } from 'vitest'

type Fields = Readonly<Record<string, unknown>>

/** A command as it came, the documents of its sections included. */
export type Command = Fields & { readonly $db?: string }

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

/**
 * A server that speaks MongoDB's protocol and answers as a test wants: with refusals that no server of a test's own can be
 * brought to. What the test leaves open is answered as a primary of a replica set on its own would.
 *
 * @param answer what to say to a command; undefined for the usual
 * @returns its address, without a user, and the commands that came, in their order
 */
export async function actingMongo(answer: (command: Command) => Fields | undefined) {
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
        socket.write(reply(message, { ok: 1, ...(answer(command) ?? usual(command)) }))
      }
    })
  }

  function usual(command: Command): Fields {
    if ('hello' in command || 'ismaster' in command || 'isMaster' in command)
      return { ...hello(), localTime: new Date() }
    if ('find' in command) return { cursor: { id: 0, ns: 'datagouv.any', firstBatch: [] } }
    return { n: 1, nModified: 1 }
  }

  function hello(): Fields {
    const limits = { maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 }
    const set = { setName: 'rs', hosts: [host], me: host, primary: host, ismaster: true, isWritablePrimary: true }
    return { helloOk: true, ...set, ...limits, minWireVersion: 0, maxWireVersion: 25, logicalSessionTimeoutMinutes: 30 }
  }
}

/** The handshake comes as a query of old. */
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

/** The documents of an insert or the statements of an update, which come beside their command. */
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
