// A minimal static server: the parent sends { type, body, encoding }, and gets the port. It holds one body in memory.
import { createServer } from 'node:http'

let headers = {}
let body = Buffer.alloc(0)
const server = createServer((_, response) => response.writeHead(200, headers).end(body))
server.listen(0, '127.0.0.1')
process.on('message', (message) => {
  if (typeof message !== 'object') return
  body = Buffer.from(message.body, 'base64')
  headers = { ...message.headers, 'content-length': body.length }
  process.send({ port: server.address().port })
})
