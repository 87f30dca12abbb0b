import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How many requests of a connection may be in progress. Browsers send one at a time; a flood of them costs its sender one connection. */
const MAX_PIPELINED = 8

/**
 * Limits the open connections. Beyond `most`, closes the connection that has waited longest without a complete request, so a
 * flood of silent or very slow connections cannot lock out real clients. If each has a request, closes the one whose request is
 * oldest, so a flood of clients that do not read their responses cannot, either.
 */
export function limitConnections(server: Server, most: number) {
  const idle = new Set<Socket>()
  /** Connection → its requests in progress; the one with the oldest request first. */
  const busy = new Map<Socket, number>()
  let draining = false
  server.on('connection', (socket) => {
    idle.add(socket)
    socket.once('close', () => {
      idle.delete(socket)
      busy.delete(socket)
    })
    if (idle.size + busy.size <= most) return
    // The new connection is idle, too.
    const [oldest] = idle.size > 1 ? idle : busy.keys()
    oldest?.destroy()
  })
  server.on('request', ({ socket }, response) => {
    const requests = (busy.get(socket) ?? 0) + 1
    if (requests > MAX_PIPELINED) return void socket.destroy()
    idle.delete(socket)
    busy.set(socket, requests)
    response.once('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left > 0) return void busy.set(socket, left)
      busy.delete(socket)
      if (draining) socket.destroy()
      else if (!socket.destroyed) idle.add(socket)
    })
  })
  return {
    /** Whether a request of the connection is in progress. */
    isBusy: (socket: Socket) => busy.has(socket),
    /** Closes idle connections now, and each busy one after its response. */
    drain: () => {
      draining = true
      for (const socket of idle) socket.destroy()
    },
  }
}

export type ConnectionLimiter = ReturnType<typeof limitConnections>
