import { connect } from 'node:net'

/**
 * Sends GET requests over keep-alive connections, one at a time on each, for some seconds. Reads responses by their
 * Content-Length, so that the client costs little.
 *
 * @param {(count: number) => string} pathOf returns the path of the next request
 * @returns the number of requests, requests per second, the 99th percentile in ms, and the response statuses
 */
export async function load(port, pathOf, { clients = 20, seconds = 2 } = {}) {
  const latencies = []
  const statuses = new Set()
  let sent = 0
  const end = performance.now() + seconds * 1000
  const start = performance.now()
  await Promise.all(Array.from({ length: clients }, () => runClient()))
  const elapsed = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  return {
    requests: latencies.length,
    rate: latencies.length / elapsed,
    p99: latencies[Math.ceil(0.99 * latencies.length) - 1],
    statuses: [...statuses],
  }

  function runClient() {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      let began = 0
      let bytesLeft = 0
      let head = ''
      const sendRequest = () => {
        if (performance.now() >= end) return void socket.end(resolve)
        head = ''
        bytesLeft = -1
        began = performance.now()
        socket.write(`GET ${pathOf(sent++)} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br, gzip\r\n\r\n`)
      }
      socket.setNoDelay(true)
      socket.on('error', reject)
      socket.on('connect', sendRequest)
      socket.on('data', (chunk) => {
        let bytes = chunk.length
        if (bytesLeft < 0) {
          head += chunk.toString('latin1')
          const headEnd = head.indexOf('\r\n\r\n')
          if (headEnd < 0) return
          statuses.add(Number(head.slice(9, 12)))
          const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, headEnd))
          if (length === null) return reject(new Error(`a response without Content-Length:\n${head.slice(0, headEnd)}`))
          bytesLeft = Number(length[1])
          bytes = head.length - headEnd - 4
        }
        bytesLeft -= bytes
        if (bytesLeft > 0) return
        latencies.push(performance.now() - began)
        sendRequest()
      })
    })
  }
}
