import { BlockList, isIP, isIPv6 } from 'node:net'

/** Networks that are not public (RFC 6890): private, shared, link-local, loopback, benchmarking, multicast, reserved. */
const PRIVATE_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const
const PRIVATE_IPV6 = [
  // Loopback, unspecified, and IPv4 addresses in an old notation.
  ['::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const

const PRIVATE = new BlockList()
for (const [network, bits] of PRIVATE_IPV6) PRIVATE.addSubnet(network, bits, 'ipv6')
for (const [network, bits] of PRIVATE_IPV4) {
  PRIVATE.addSubnet(network, bits, 'ipv4')
  // The same networks as NAT64 (RFC 6052, 8215) and 6to4 (RFC 3056) write them in an IPv6 address.
  const [a, b, c] = network.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  PRIVATE.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6')
  PRIVATE.addSubnet(`64:ff9b:1::${network}`, 96 + bits, 'ipv6')
  PRIVATE.addSubnet(`2002:${a}${b}:${c}00::`, 16 + bits, 'ipv6')
  // With a prefix of 48 bits, bits 64 to 71 of the address are zero. `0.0.…` is the notation above.
  if (network !== '0.0.0.0') PRIVATE.addSubnet(`64:ff9b:1:${a}${b}:00${c}::`, 48 + bits + (bits > 16 ? 8 : 0), 'ipv6')
}

/** Whether an IP address is not public: it belongs to a private network or to this machine, or is link-local (such as cloud metadata services). */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  return PRIVATE.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Whether the host of a URL is an IP address that is not public, or a name of this machine. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? /(^|\.)localhost\.?$/.test(host) : isPrivateAddress(host)
}
