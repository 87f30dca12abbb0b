import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url))
export const DAGS = fileURLToPath(new URL('../../airflow/dags', import.meta.url))

/** The folder of Airflow's programs, as `scripts/services install airflow` makes it; undefined when it did not. */
function environmentOfAirflow(): string | undefined {
  const script = '. "$here/airflow.sh"; if installed; then echo "$environment"; fi'
  const programs = join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME!, '.cache'), 'datagouv-tops')
  const env = { ...process.env, here: SCRIPTS, programs }
  return execFileSync('bash', ['-c', script], { env, encoding: 'utf8' }).trim() || undefined
}

/** Several watches, as a configuration file; some find the same datasets, one finds none. */
export const WATCHES = `
watches:
  - { name: mobilite-transport, terms: [mobilité, transport] }
  - { name: velo, terms: [vélo, cyclable], columns: [title, tags], top: 50 }
  - { name: bus, terms: [bus, tram], match: word, top: 10 }
  - { name: rien, terms: [zzyzx] }
`

/** Airflow's programs; undefined when they are not installed, which leaves one skipped test: no suite is left out silently. */
export function airflowOrSkip(suite: string): string | undefined {
  const environment = environmentOfAirflow()
  const how = 'Airflow is not installed; to have it: scripts/services install airflow'
  if (environment === undefined) test(suite, ({ skip }) => skip(how))
  return environment && join(environment, 'bin')
}

/** Calls a program of Airflow that needs no server, with a home of its own. */
export async function airflow(
  program: string,
  args: readonly string[],
  { home, path, env = {} }: { home: string; path: string; env?: Readonly<Record<string, string>> },
): Promise<string> {
  const settings = {
    AIRFLOW_HOME: home,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__DAGS_FOLDER: DAGS,
  }
  const options = { env: { HOME: home, PATH: `${path}:${process.env.PATH}`, ...settings, ...env } }
  return (await promisify(execFile)(program, args, { ...options, maxBuffer: 2 ** 26 })).stdout
}
