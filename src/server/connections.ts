import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Limits the open connections. Beyond `most`, closes the connection that has waited longest without a complete request, so a
 * flood of silent or very slow connections cannot lock out real clients.
 */
export function limitConnections(server: Server, most: number): ConnectionLimiter {
  const open = new Set<Socket>()
  const idle = new Set<Socket>()
  let draining = false
  server.on('connection', (socket) => {
    open.add(socket)
    idle.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      idle.delete(socket)
    })
    if (open.size > most) for (const oldest of idle) return void oldest.destroy()
  })
  server.on('request', ({ socket }, response) => {
    idle.delete(socket)
    response.once('close', () => {
      if (draining) socket.destroy()
      else if (!socket.destroyed) idle.add(socket)
    })
  })
  return {
    drain: () => {
      draining = true
      for (const socket of idle) socket.destroy()
    },
  }
}

export interface ConnectionLimiter {
  /** Closes idle connections now, and each busy one after its response. */
  drain(): void
}
