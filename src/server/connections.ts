import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps room for those who ask something: of more than `most` connections, the one gives way that has been without a whole
 * request for the longest. So a flood of connections that say nothing, or say it very slowly, shuts nobody out.
 */
export function keepRoom(server: Server, most: number): Room {
  const open = new Set<Socket>()
  const waiting = new Set<Socket>()
  let dismissed = false
  server.on('connection', (socket) => {
    open.add(socket)
    waiting.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      waiting.delete(socket)
    })
    if (open.size > most) for (const oldest of waiting) return void oldest.destroy()
  })
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket)
    response.once('close', () => {
      if (dismissed) socket.destroy()
      else if (!socket.destroyed) waiting.add(socket)
    })
  })
  return {
    dismiss: () => {
      dismissed = true
      for (const socket of waiting) socket.destroy()
    },
  }
}

interface Room {
  /** Closes the connections on which nothing is being answered, and the others once they are answered. */
  dismiss(): void
}
