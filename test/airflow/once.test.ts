import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { airflow, airflowOrSkip, DAGS, WATCHES } from '../helpers/airflow.ts'
import { cli } from '../helpers/cli.ts'
import { readFolder, temporaryFolder } from '../helpers/exports.ts'
import { samplePortal } from '../helpers/sample.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const DATE = '2023-08-09'
const programs = airflowOrSkip('the DAG, run once without a server')

if (programs !== undefined) {
  test('a run of the DAG stores the same as "run", with the watches of the file next to it', async () => {
    const folder = await temporaryFolder()
    const portal = await samplePortal(DATE)
    onTestFinished(() => portal.close())
    const stores = (name: string) => ({
      DATAGOUV_TOPS_PORTAL: portal.url,
      DATAGOUV_TOPS_ARCHIVE: `file:${join(folder, name, 'datagouv')}`,
      DATAGOUV_TOPS_DOCUMENTS: `sqlite:${join(folder, name, 'datagouv.db')}`,
    })
    await cp(DAGS, join(folder, 'dags'), { recursive: true })
    await writeFile(join(folder, 'dags/datagouv-tops.yaml'), WATCHES)
    await mkdir(join(folder, 'bin'))
    await symlink(CLI, join(folder, 'bin/datagouv-tops'))

    const env = { ...stores('dag'), AIRFLOW__CORE__DAGS_FOLDER: join(folder, 'dags') }
    const options = { home: folder, path: `${join(folder, 'bin')}:${programs}`, env }
    await airflow('airflow', ['db', 'migrate'], options)
    await airflow('airflow', ['dags', 'test', 'datagouv_tops', DATE], options)
    await writeFile(join(folder, 'datagouv-tops.yaml'), WATCHES)
    const single = await cli(['run', '--date', DATE, '--quiet'], { cwd: folder, env: stores('run') })
    expect(single.stderr).toBe('')

    const csvs = async (name: string) =>
      [...(await readFolder(join(folder, name, 'datagouv')))]
        .filter(([path]) => path.startsWith(DATE) && path.endsWith('.csv'))
        .sort()
    expect((await csvs('dag')).map(([path]) => path)).toEqual(
      ['bus', 'mobilite-transport', 'rien', 'velo'].map((watch) => `${DATE}/${watch}.csv`),
    )
    expect(await csvs('dag')).toEqual(await csvs('run'))
    for (const watch of ['mobilite-transport', 'velo', 'bus', 'rien']) {
      const document = async (name: string) => {
        const shown = await cli(['show', DATE, '--watch', watch, '--json'], { cwd: folder, env: stores(name) })
        return { ...JSON.parse(shown.stdout), run_id: '', generated_at: '' }
      }
      expect(await document('dag')).toEqual(await document('run'))
    }

    // Airflow accepts any parameter. The run must not publish its own date instead of the one that is meant.
    const misspelled = ['dags', 'test', 'datagouv_tops', '2023-08-16', '--conf', '{"dat": "2023-08-02"}']
    const output = await airflow('airflow', misspelled, options).catch(({ stdout, stderr }) => `${stdout}${stderr}`)
    expect(output).toContain('unknown parameter: dat; known: date, accept_incomplete')
    const dates = [...(await readFolder(join(folder, 'dag', 'datagouv'))).keys()].map((path) => path.split('/')[0])
    expect([...new Set(dates)].sort()).toEqual([DATE, 'snapshots'])
    expect(await readdir(join(folder, 'dag/datagouv/snapshots'))).toEqual([DATE])
  }, 300_000)
}
