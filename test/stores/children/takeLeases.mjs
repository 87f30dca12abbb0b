// Takes the lease "a" of the store at argv[2] again and again, argv[4] times, with a clock that is off by argv[3] ms. Every other
// time it does not give it up, as if it had died. Prints each time when it had it: by the store, and by the clock that all
// processes of a machine share.
const [, , address, skew, rounds] = process.argv
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length > 0 ? given : [RealDate.now() + Number(skew)]))
  }
  static now() {
    return RealDate.now() + Number(skew)
  }
}
const { openDocuments } = await import('../../../dist/openContext.js')
const { setTimeout: sleep } = await import('node:timers/promises')

const documents = await openDocuments(address)
const shared = () => Number(process.hrtime.bigint() / 1_000n)
for (let round = 0; round < Number(rounds); ) {
  const run = `${skew}/${round}`
  const { granted, lease } = await documents.acquire('a', { run, host: 'here', pid: process.pid }, 200)
  if (!granted) {
    await sleep(5)
    continue
  }
  const from = shared()
  await sleep(20)
  const to = shared()
  const died = round % 2 === 1
  if (!died) await documents.release('a', run)
  console.log(JSON.stringify({ run, from, to, died, since: lease.since, expires: lease.expires }))
  round++
  // So that the others have a chance.
  await sleep(10)
}
await documents.close()
