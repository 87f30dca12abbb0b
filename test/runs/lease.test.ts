import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { acquireLeases, currentProcessAsHolder, isDead, LEASE_MS } from '../../src/runs/lease.ts'
import { startTicks } from '../../src/runs/processes.ts'
import type { Documents, Lease } from '../../src/stores/documents.ts'
import { openTestContext } from '../helpers/context.ts'
import { deadPid } from '../helpers/processes.ts'

const ELSEWHERE = { run: 'r1', host: 'elsewhere', pid: 7 }
const LEASE_MODULE = new URL('../../dist/runs/lease.js', import.meta.url).href

const leasesIn = (documents: Documents) => documents.list<Lease>('leases')

/** The same documents, with some of their methods replaced. */
function replaced(documents: Documents, methods: Partial<Documents>): Documents {
  return new Proxy(documents, {
    get: (target, name) => {
      const value = methods[name as keyof Documents] ?? target[name as keyof Documents]
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

describe('a second run', () => {
  test('is refused, with the holder of the date, the start of its lease and the expiry', async () => {
    const { documents } = await openTestContext()
    await acquireLeases(documents, ['2026-11-18'], ELSEWHERE)
    const [{ since, expires }] = (await leasesIn(documents)) as [Lease]
    expect(Date.parse(expires) - Date.parse(since)).toBe(LEASE_MS)
    await expect(acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r2'))).rejects.toMatchObject({
      kind: 'held',
      message: `2026-11-18 is held by run "r1" on "elsewhere" (process 7) since ${since}; try again when it is done, or after ${expires}`,
    })
  })

  test('of the same process is refused like any other', async () => {
    const { documents } = await openTestContext()
    const first = await acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r1'))
    await expect(acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r2'))).rejects.toMatchObject({
      kind: 'held',
    })
    await first.release()
    await (await acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r2'))).release()
  })

  test('of the same process takes over at once from one that has ended but could not release its lease', async () => {
    const { documents } = await openTestContext()
    const away = replaced(documents, { release: () => Promise.reject(new Failure('store', 'away')) })
    const first = await acquireLeases(away, ['2026-11-18'], currentProcessAsHolder('r1'))
    await expect(first.release()).rejects.toMatchObject({ kind: 'store' })
    await (await acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r2'))).release()
  })

  test('takes over at once from a holder that died on this host', async () => {
    const { documents } = await openTestContext()
    await acquireLeases(documents, ['2026-11-18'], { ...currentProcessAsHolder('r1'), pid: deadPid() })
    const leases = await acquireLeases(documents, ['2026-11-18'], currentProcessAsHolder('r2'))
    await leases.renewOrFail()
    await leases.release()
    expect(await leasesIn(documents)).toEqual([])
  })

  test('does not take over if a third run was faster, and names that run', async () => {
    const { documents } = await openTestContext()
    await acquireLeases(documents, ['2026-11-18'], { ...currentProcessAsHolder('r1'), pid: deadPid() })
    const raced = replaced(documents, {
      acquire: async (id, holder, ttl, succeeds) => {
        if (succeeds) await documents.acquire(id, { ...ELSEWHERE, run: 'r3' }, ttl, succeeds)
        return documents.acquire(id, holder, ttl, succeeds)
      },
    })
    await expect(acquireLeases(raced, ['2026-11-18'], currentProcessAsHolder('r2'))).rejects.toMatchObject({
      kind: 'held',
      message: expect.stringContaining('run "r3" on "elsewhere"'),
    })
    expect(await leasesIn(documents)).toMatchObject([{ run: 'r3' }])
  })
})

describe('several leases', () => {
  test('are acquired in one order, however they are listed, and released in reverse', async () => {
    const { documents } = await openTestContext()
    const calls: string[] = []
    const spied = replaced(documents, {
      acquire: (id, ...rest) => {
        calls.push(`+${id}`)
        return documents.acquire(id, ...rest)
      },
      release: (id, run) => {
        calls.push(`-${id}`)
        return documents.release(id, run)
      },
    })
    const leases = await acquireLeases(spied, ['b', 'c', 'a'], currentProcessAsHolder('r1'))
    const [, , last] = await leasesIn(documents)
    expect([leases.ids, leases.since]).toEqual([['a', 'b', 'c'], Date.parse(last!.since)])
    await leases.release()
    expect(calls).toEqual(['+a', '+b', '+c', '-c', '-b', '-a'])
  })

  test('are acquired all or none', async () => {
    const { documents } = await openTestContext()
    await acquireLeases(documents, ['b'], ELSEWHERE)
    await expect(acquireLeases(documents, ['a', 'b', 'c'], currentProcessAsHolder('r2'))).rejects.toMatchObject({
      kind: 'held',
    })
    expect((await leasesIn(documents)).map(({ _id, run }) => [_id, run])).toEqual([['b', 'r1']])
  })

  test('are all released after a store error, which is reported', async () => {
    const { documents } = await openTestContext()
    const away = new Failure('store', 'away')
    const failing = replaced(documents, {
      acquire: (id, ...rest) => (id === 'b' ? Promise.reject(away) : documents.acquire(id, ...rest)),
    })
    await expect(acquireLeases(failing, ['a', 'b'], currentProcessAsHolder('r1'))).rejects.toBe(away)
    expect(await leasesIn(documents)).toEqual([])
  })

  test('are checked by name, one or all, ignoring those of other runs', async () => {
    const { documents } = await openTestContext()
    const leases = await acquireLeases(documents, ['a', 'b'], currentProcessAsHolder('r1'))
    await documents.acquire('b', { ...ELSEWHERE, run: 'r9' }, LEASE_MS, 'r1')
    await leases.renewOrFail(['a', 'c'])
    await expect(leases.renewOrFail(['b'])).rejects.toMatchObject({
      kind: 'held',
      message: "another run took over b while this one was paused; this run stops and leaves the other's work alone",
    })
    // A lost lease stays lost: another run has published meanwhile.
    await expect(leases.renewOrFail(['a'])).rejects.toMatchObject({ kind: 'held' })
    await leases.release()
    expect(await leasesIn(documents)).toMatchObject([{ _id: 'b', run: 'r9' }])
  })
})

describe('a lease that is held', () => {
  test('is renewed every quarter of its lifetime until released, even after errors', async () => {
    const { documents } = await openTestContext()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    let renewals = 0
    let trouble: Failure | undefined
    const counting = replaced(documents, {
      renew: (...args) => {
        renewals++
        return trouble ? Promise.reject(trouble) : documents.renew(...args)
      },
    })
    const leases = await acquireLeases(counting, ['a', 'b'], currentProcessAsHolder('r1'))
    const [{ expires }] = (await leasesIn(documents)) as [Lease]
    await sleep(5)
    await vi.advanceTimersByTimeAsync(LEASE_MS / 4)
    await vi.waitFor(() => expect(renewals).toBe(2))
    expect((await leasesIn(documents))[0]!.expires > expires).toBe(true)
    trouble = new Failure('store', 'away')
    await vi.advanceTimersByTimeAsync(LEASE_MS / 4)
    expect(renewals).toBe(3)
    await expect(leases.renewOrFail()).rejects.toBe(trouble)
    trouble = undefined
    await leases.renewOrFail()
    await leases.release()
    await vi.advanceTimersByTimeAsync(LEASE_MS)
    expect(renewals).toBe(6)
  })

  test('and is lost fails the next check, even if the timer noticed it first', async () => {
    const { documents } = await openTestContext()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const leases = await acquireLeases(documents, ['a'], currentProcessAsHolder('r1'))
    await documents.release('a', 'r1')
    await vi.advanceTimersByTimeAsync(LEASE_MS / 4)
    await documents.acquire('a', currentProcessAsHolder('r1'), LEASE_MS)
    await sleep(5)
    await expect(leases.renewOrFail()).rejects.toMatchObject({ kind: 'held' })
    await leases.release()
  })
})

describe('a holder is dead', () => {
  const self = currentProcessAsHolder('r2')
  const lease = (holder: Partial<Lease>): Lease => ({
    ...currentProcessAsHolder('r1'),
    _id: 'a',
    since: new Date().toISOString(),
    expires: new Date(Date.now() + LEASE_MS).toISOString(),
    ...holder,
  })
  /** A lease as version 0.1 wrote it. */
  const lease01 = (pid: number): Lease => {
    const { boot_id: _b, start_ticks: _s, ...holder } = lease({ pid })
    return holder
  }

  function startProcess(): number {
    const { pid } = spawn('sleep', ['60'])
    onTestFinished(() => void process.kill(pid!))
    return pid!
  }

  test('when its process on this host has ended, but not if it is on another host', () => {
    const pid = deadPid()
    expect([isDead(lease({ pid }), self), isDead(lease({ pid, host: 'elsewhere' }), self)]).toEqual([true, false])
    expect(isDead(lease01(pid), self)).toBe(true)
  })

  test('not when its process exists, even if this user may not signal it', () => {
    const other = lease({ pid: process.ppid, start_ticks: startTicks(process.ppid)! })
    expect(isDead(other, self)).toBe(false)
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' })
    })
    onTestFinished(() => kill.mockRestore())
    expect(isDead(other, self)).toBe(false)
  })

  describe.runIf(process.platform === 'linux')('on Linux', () => {
    test('not while its process runs, whatever the clocks of this host and of the store say', () => {
      const pid = startProcess()
      for (const since of ['1970-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z']) {
        const held = lease({ pid, start_ticks: startTicks(pid)!, since })
        expect([since, isDead(held, self)]).toEqual([since, false])
      }
    })

    test('when its PID belongs to another process, whenever that started', () => {
      const pid = startProcess()
      expect(isDead(lease({ pid, start_ticks: startTicks(pid)! - 1 }), self)).toBe(true)
      expect(isDead(lease({ start_ticks: self.start_ticks! - 1 }), self)).toBe(true)
    })

    test('when this host has rebooted since, even if a process has the same PID and start time', () => {
      const pid = startProcess()
      const before = { pid, start_ticks: startTicks(pid)!, boot_id: '00000000-0000-0000-0000-000000000000' }
      expect([isDead(lease(before), self), isDead(lease({ ...before, host: 'elsewhere' }), self)]).toEqual([
        true,
        false,
      ])
    })

    test('when its process has ended, but is still there as a zombie', async () => {
      // The shell becomes a program that never collects the exit code of its child.
      const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'])
      onTestFinished(() => void shell.kill())
      const [line] = await once(shell.stdout, 'data')
      const pid = Number(String(line))
      const held = lease({ pid, start_ticks: startTicks(pid)! })
      expect(isDead(held, self)).toBe(false)
      await vi.waitFor(() => expect(isDead(held, self)).toBe(true), 5_000)
      process.kill(pid, 0)
    })

    test('only when its lease has expired, if version 0.1 wrote it and its PID is in use', () => {
      expect(isDead(lease01(startProcess()), self)).toBe(false)
    })

    test('not when its PID is from another container with the name of this host', () => {
      const script = `import { currentProcessAsHolder as holder } from '${LEASE_MODULE}'; console.log(JSON.stringify(holder('r1')))`
      const node = [process.execPath, '--input-type=module', '-e', script]
      const { status, stdout } = spawnSync('unshare', ['--pid', '--fork', ...node], { encoding: 'utf8' })
      const other = status === 0 ? JSON.parse(stdout) : { ...self, pid_namespace: 'pid:[1]' }
      expect(other).toMatchObject({ host: hostname(), pid_namespace: expect.stringMatching(/^pid:\[\d+\]$/) })
      expect(self.pid_namespace).toBe(readlinkSync('/proc/self/ns/pid'))
      expect(other.pid_namespace).not.toBe(self.pid_namespace)
      expect(isDead(lease({ ...other, pid: deadPid() }), self)).toBe(false)
      expect(isDead(lease({ pid: deadPid(), pid_namespace: self.pid_namespace! }), self)).toBe(true)
    })
  })
})
