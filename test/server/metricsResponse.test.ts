import { expect, test } from 'vitest'
import { METRICS_TIMEOUT_MS, metricsResponse } from '../../src/server/metricsResponse.ts'

test('metrics fail before Prometheus stops waiting (10 s) if the stores do not answer', async () => {
  expect(METRICS_TIMEOUT_MS).toBeLessThan(10_000)
  const never = new Promise<string>(() => {})
  await expect(metricsResponse(() => never, 20)).rejects.toMatchObject({
    kind: 'store',
    message: 'cannot read the metrics: the stores did not answer within 0.02 s. Run "doctor".',
  })
})

test('metrics that come in time are the response, and their own error is kept', async () => {
  expect(await (await metricsResponse(async () => 'a 1\n')).text()).toBe('a 1\n')
  await expect(metricsResponse(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
})
