import { expect, test } from 'vitest'
import { isPrivateAddress, isPrivateHost } from '../../src/portal/addresses.ts'
import { parseRetryAfter, pauseBefore } from '../../src/portal/policy.ts'
import { openTestContext } from '../helpers/context.ts'

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['169.254.169.254', true],
  ['100.100.0.1', true],
  ['8.8.8.8', false],
  ['::1', true],
  ['::', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['2001:4860:4860::8888', false],
  ['::ffff:10.0.0.1', true],
  ['::ffff:8.8.8.8', false],
  ['::ffff:7f00:1', true],
  ['192.0.0.8', true],
  ['192.0.1.1', false],
  ['198.18.0.1', true],
  ['198.19.255.255', true],
  ['198.20.0.1', false],
  ['224.0.0.1', true],
  ['239.1.2.3', true],
  ['255.255.255.255', true],
  ['223.255.255.255', false],
  ['::7f00:1', true],
  ['::8.8.8.8', true],
  ['fec0::1', true],
  ['ff02::1', true],
  ['fe80::1%eth0', true],
  ['64:ff9b::10.0.0.1', true],
  ['64:ff9b::a9fe:a9fe', true],
  ['64:ff9b::8.8.8.8', false],
  ['64:ff9b:1::192.168.1.1', true],
  ['64:ff9b:1:0a00:0:100::', true],
  ['64:ff9b:1:c0a8:1:100::', true],
  ['64:ff9b:1::8.8.8.8', false],
  ['2002:a00:1::', true],
  ['2002:7f00:1::1', true],
  ['2002:c0a8:101::', true],
  ['2002:808:808::', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})

test.each([
  ['localhost', true],
  ['a.localhost.', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['www.data.gouv.fr', false],
  ['notlocalhost', false],
  ['8.8.8.8', false],
])('the host %s of a URL is private: %s', (host, expected) => {
  expect(isPrivateHost(host)).toBe(expected)
})

test('pauses double up to a minute, and are between half and all of that at random', async () => {
  const { config } = await openTestContext()
  expect([1, 2, 3].map((attempt) => pauseBefore(attempt, config, 1))).toEqual([1_000, 2_000, 4_000])
  expect(pauseBefore(1, config, 0)).toBe(500)
  expect(pauseBefore(30, config, 1)).toBe(60_000)
})

test.each([
  [undefined, undefined],
  ['120', 120_000],
  ['soon', undefined],
  ['Wed, 18 Nov 2026 16:01:00 GMT', 60_000],
  ['Wed, 18 Nov 2026 15:00:00 GMT', 0],
])('Retry-After %s asks for %s ms', (value, expected) => {
  expect(parseRetryAfter(value, Date.parse('2026-11-18T16:00:00Z'))).toBe(expected)
})
