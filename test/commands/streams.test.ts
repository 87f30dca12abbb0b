import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const SOURCES = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
const needsTerminal = HAS_TERMINAL ? '' : ' (skipped: needs "script" of util-linux)'

async function publishedFolder(): Promise<string> {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  for (const date of ['2026-11-11', '2026-11-18']) await cli(['run', date, '--quiet', ...SOURCES], { cwd })
  return cwd
}

/** Runs a line in a shell. */
async function inShell(line: string, cwd: string): Promise<{ code: number | null; stderr: string }> {
  const env = { ...BASE_ENVIRONMENT, NODE: process.execPath, CLI }
  const child = spawn('bash', ['-c', line], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })))
}

describe('stdout', () => {
  test('on a full disk is reported in one line by every command', async () => {
    const cwd = await publishedFolder()
    const commands = ['show --csv', 'show --json', 'changes', 'runs', 'verify --json', 'config', 'explain d1']
    for (const command of [...commands, 'filter datasets.csv', 'completion bash', 'help'])
      expect([
        command,
        await inShell(`$NODE $CLI ${command} 2>&1 >/dev/full | tail -1 >&2; exit \${PIPESTATUS[0]}`, cwd),
      ]).toEqual([
        command,
        {
          code: 5,
          stderr:
            'datagouv-tops: cannot write to stdout: no space left on device (ENOSPC). Free some space, and run the command again.\n',
        },
      ])
  })

  test('closed by its reader is no error', async () => {
    const cwd = await publishedFolder()
    expect(await inShell(`$NODE $CLI show --csv | true; exit \${PIPESTATUS[0]}`, cwd)).toEqual({ code: 0, stderr: '' })
  })

  test('can be named as -', async () => {
    const cwd = await publishedFolder()
    const printed = (await cli(['show', '--csv'], { cwd })).stdout
    expect(await cli(['show', '--csv', '--output', '-'], { cwd })).toEqual({ code: 0, stdout: printed, stderr: '' })
    const init = await cli(['config', 'init', '-'], { cwd })
    expect([init.code, init.stdout.slice(0, 2), init.stderr]).toEqual([0, '##', ''])
    const schema = (await cli(['config', 'schema'], { cwd })).stdout
    expect((await cli(['config', 'schema', '-'], { cwd })).stdout).toBe(schema)
    expect(await readdir(cwd)).not.toContain('-')
    expect((await cli(['config', 'schema', 'schema.json'], { cwd })).stdout).toBe('')
    expect(await readFile(`${cwd}/schema.json`, 'utf8')).toBe(schema)
  })
})

test('options may come before the command', async () => {
  const cwd = await publishedFolder()
  const after = await cli(['show', '--json'], { cwd })
  expect(JSON.parse(after.stdout)).toMatchObject({ date: '2026-11-18' })
  expect(await cli(['--json', 'show'], { cwd })).toEqual(after)
  const before = ['-v', '--documents', 'sqlite:./data/datagouv.db', '--archive=file:./data/datagouv', 'show', '--json']
  expect(await cli(before, { cwd })).toEqual(after)
  // The value of an option is not taken for the command.
  expect((await cli(['--config', 'show'], { cwd })).stderr).toContain('cannot run --config show: no command is given')
})

test('schedule ends with 0 at the first line that no process reads', async () => {
  const cwd = await temporaryFolder()
  const env = 'DATAGOUV_TOPS_SCHEDULE="* * * * * *" DATAGOUV_TOPS_PORTAL=http://127.0.0.1:1 DATAGOUV_TOPS_RETRIES=0'
  for (const pipe of ['2>&1 | head -1', '2> >(head -1) >&2'])
    expect(await inShell(`${env} timeout 30 $NODE $CLI schedule ${pipe}; exit \${PIPESTATUS[0]}`, cwd)).toMatchObject({
      code: 0,
    })
}, 60_000)

test('a closed terminal (SIGHUP) ends a command cleanly', async () => {
  const line = '$NODE $CLI filter --quiet < <(sleep 3) & sleep 1; kill -HUP $!; wait $!'
  expect(await inShell(line, await temporaryFolder())).toEqual({
    code: 143,
    stderr: 'datagouv-tops: terminated, because the terminal was closed\n',
  })
})

describe.skipIf(!HAS_TERMINAL)(`the question of remove${needsTerminal}`, () => {
  test('counts the end of the input (Ctrl-D) as no', async () => {
    const cwd = await publishedFolder()
    const output = await inTerminal(20, 'remove 2026-11-18; echo "[$?]"', cwd, {}, 60, '\u0004')
    expect(stripVTControlCharacters(output)).toMatch(/Remove it\? \[y\/N\] \s*nothing was removed\s*\[0\]\s*$/)
    expect(JSON.parse((await cli(['show', '--json'], { cwd })).stdout)).toMatchObject({ date: '2026-11-18' })
  })
})

test('a stopped command mentions editions only if it makes them', async () => {
  const cwd = await publishedFolder()
  const interrupt = (args: readonly string[]) => {
    const onStart = (child: ReturnType<typeof spawn>) => setTimeout(() => child.kill('SIGINT'), 1_000)
    return cli(args, { cwd, onStart, stdin: 0, env: { DATAGOUV_TOPS_PORTAL: 'http://192.0.2.1:9' } })
  }
  expect((await interrupt(['run', '2026-11-18', '--refetch', '--quiet'])).stderr).toBe(
    'datagouv-tops: interrupted; no partial edition was published\n',
  )
  const line = '$NODE $CLI filter --quiet < <(sleep 3) & sleep 1; kill -INT $!; wait $!'
  expect(await inShell(`set -m; ${line}`, cwd)).toMatchObject({
    stderr: expect.stringContaining('datagouv-tops: interrupted\n'),
  })
})

test('after two seconds, an unreachable document store is reported without its password', async () => {
  const address = 'mongodb://user:s3cret@127.0.0.1:1/x?serverSelectionTimeoutMS=3000'
  const { code, stderr } = await cli(['runs', '--documents', address], { cwd: await temporaryFolder() })
  expect([code, stderr.split('\n')[0]]).toEqual([
    5,
    'waiting for the document store mongodb://user:***@127.0.0.1:1/x?serverSelectionTimeoutMS=3000',
  ])
})
