import { expect, test } from 'vitest'
import { isPrivateAddress } from '../../src/portal/addresses.ts'
import { fetchPolicy, parseRetryAfter, pauseBefore } from '../../src/portal/policy.ts'
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
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})

test('pauses double up to a minute, and are between half and all of that at random', async () => {
  const policy = fetchPolicy((await openTestContext()).config)
  expect([1, 2, 3].map((attempt) => pauseBefore(attempt, policy, 1))).toEqual([1_000, 2_000, 4_000])
  expect(pauseBefore(1, policy, 0)).toBe(500)
  expect(pauseBefore(30, policy, 1)).toBe(60_000)
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
