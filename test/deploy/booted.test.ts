import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { freePort } from '../helpers/port.ts'
import { type Replica, startReplica } from '../helpers/replica.ts'
import { type Booted, bootSystemd } from './booted.ts'

const UNITS = '/etc/systemd/test'
const ENVIRONMENT = '/etc/datagouv-tops/environment'
let systemd: Booted | undefined
let portal: Replica
let port: number

beforeAll(async () => {
  const files = {
    datasets: {
      content: Buffer.from(datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }])),
      modified: new Date(),
    },
    organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 1]])), modified: new Date() },
  }
  portal = await startReplica({ files })
  port = await freePort()
  systemd = await bootSystemd()
  await systemd?.shell(`
    install -m 600 /dev/null ${ENVIRONMENT}
    echo DATAGOUV_TOPS_PORTAL=${portal.url} >> ${ENVIRONMENT}
    sed -i 's/ serve / serve --port ${port} /' ${UNITS}/datagouv-tops-serve.service
    sed -i 's/^RestartSec=.*/RestartSec=1s/' ${UNITS}/*.service
    systemctl daemon-reload`)
}, 60_000)

afterAll(async () => {
  systemd?.close()
  await portal.close()
})

beforeEach(({ skip }) => {
  if (systemd === undefined) skip('cannot boot systemd here: it needs root, systemd and cgroups')
})

const shell = (script: string) => systemd!.shell(script)
const state = (unit: string) => shell(`systemctl show -P Result -P ActiveState ${unit} | xargs`)
const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()

describe('the units, in a separate systemd', () => {
  test('publish and serve the same stores at the same time, with restricted rights', async () => {
    await shell('systemctl start datagouv-tops-serve')
    await systemd!.until(`curl -s http://127.0.0.1:${port}/readyz`, /"status":"ready"/)
    await shell('systemctl start datagouv-tops')
    expect(await state('datagouv-tops')).toBe('success inactive\n')
    expect(JSON.parse(await get('/readyz'))).toMatchObject({ status: 'ready', archive: true, documents: true })
    // What the server knows of the stores may be a second old.
    await systemd!.until(`curl -s http://127.0.0.1:${port}/api/editions/mobilite-transport/latest`, /"dataset_id":"d1"/)
    // Also in the other order: the second unit must not take ownership of the folder from the first.
    await shell('systemctl restart datagouv-tops-serve; systemctl start datagouv-tops')
    expect(await state('datagouv-tops')).toBe('success inactive\n')
    const files = await shell('stat -c "%U %a" /var/lib/private/datagouv-tops/data/datagouv.db')
    expect(files).toBe('datagouv-tops 640\n')
  })

  test('let a person run commands as the service, as docs/operations.md says', async ({ skip }) => {
    // systemd-run needs a bus.
    const bus = await shell(`cp /lib/systemd/system/dbus.* ${UNITS} && systemctl daemon-reload && systemctl start dbus`)
    if (bus !== '') skip(`cannot start a D-Bus daemon: ${bus}`)
    await systemd!.until('busctl list', /^org\.freedesktop\.systemd1 +1 /m)
    const [tops] = /^tops\(\) \{.*\}$/m.exec(await readFile('docs/operations.md', 'utf8'))!
    expect(await shell("systemctl list-units --all 'datagouv-tops*'")).toContain('datagouv-tops-serve.service')
    expect(await shell(`${tops}; tops runs`)).toMatch(/^run +command +date +status/)
    expect(await shell(`${tops}; tops run --date due`)).toMatch(/nothing to do|published/)
    expect(await shell(`${tops}; tops run --date never; echo $?`)).toMatch(/never.*\n2\n$/)
    const owners = await shell('find /var/lib/private/datagouv-tops -printf "%u\\n" | sort -u')
    expect(owners).toBe('datagouv-tops\n')
  })

  test('stop without a failure', async () => {
    await shell('systemctl start datagouv-tops-serve datagouv-tops-schedule')
    await systemd!.until('curl -s http://127.0.0.1:8081/healthz', /"activity":"waiting"/)
    await shell('systemctl stop datagouv-tops-serve datagouv-tops-schedule')
    expect(await state('datagouv-tops-serve')).toBe('success inactive\n')
    expect(await state('datagouv-tops-schedule')).toBe('success inactive\n')
  })

  test('retry until they succeed if a retry can help, and do not retry otherwise', async () => {
    const unreachable = 'DATAGOUV_TOPS_DOCUMENTS=mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=100'
    await shell(`echo '${unreachable}' >> ${ENVIRONMENT}`)
    const starting = shell('systemctl start datagouv-tops')
    await systemd!.until('systemctl show -P NRestarts datagouv-tops', /^[1-9]/)
    await shell(`sed -i /mongodb/d ${ENVIRONMENT}`)
    await starting
    await systemd!.until('systemctl show -P Result -P ActiveState datagouv-tops | xargs', /^success inactive$/m)

    await shell(`echo DATAGOUV_TOPS_RETRIEZ=1 >> ${ENVIRONMENT}; systemctl start datagouv-tops`)
    expect(await state('datagouv-tops')).toBe('exit-code failed\n')
    expect(await shell('systemctl show -P ExecMainStatus datagouv-tops')).toBe('2\n')
    await shell(`sed -i /RETRIEZ/d ${ENVIRONMENT}; systemctl reset-failed datagouv-tops`)
  })

  test('start on Wednesday at 17:00 in Paris', async () => {
    await shell('systemctl start datagouv-tops.timer')
    const next = await shell('systemctl show -P NextElapseUSecRealtime datagouv-tops.timer')
    const date = new Date(next.replace(/^\w+ (\S+) (\S+) UTC\n$/, '$1T$2Z'))
    const paris = { timeZone: 'Europe/Paris', weekday: 'long', timeStyle: undefined } as const
    const weekdayAndTime = new Intl.DateTimeFormat('en-GB', { ...paris, hour: '2-digit', minute: '2-digit' }).format(
      date,
    )
    expect(weekdayAndTime).toBe('Wednesday 17:00')
  })

  test('write their metrics for the node exporter with the drop-in of docs/deploy.md', async () => {
    const page = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
    const [, script] = /^```sh\n(groupadd --system datagouv-tops-metrics\n.*?)^```$/ms.exec(page)!
    await shell(script!.replaceAll('/etc/systemd/system', UNITS))
    const folder = '/var/lib/prometheus/node-exporter'
    try {
      await shell('systemctl start datagouv-tops')
      expect(await state('datagouv-tops')).toBe('success inactive\n')
      expect(await shell(`stat -c '%n %a' ${folder}/*`)).toBe(`${folder}/datagouv-tops.prom 644\n`)
      expect(await shell(`grep exit_code.*run ${folder}/datagouv-tops.prom`)).toMatch(/ 0\n$/)
    } finally {
      await shell(`rm -r ${UNITS}/datagouv-tops.service.d; systemctl daemon-reload`)
    }
  })
})
