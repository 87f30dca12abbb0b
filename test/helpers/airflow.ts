import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url))
export const DAGS = fileURLToPath(new URL('../../airflow/dags', import.meta.url))

/** Returns the environment created by `scripts/services install airflow`, or undefined without it. */
function airflowEnvironment(): string | undefined {
  const script = '. "$here/airflow.sh"; if installed; then echo "$environment"; fi'
  const programs = join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME!, '.cache'), 'datagouv-tops')
  const env = { ...process.env, here: SCRIPTS, programs }
  return execFileSync('bash', ['-c', script], { env, encoding: 'utf8' }).trim() || undefined
}

/** A configuration file with several watches: some find the same datasets, one finds none. */
export const WATCHES = `
watches:
  - { name: mobilite-transport, terms: [mobilité, transport] }
  - { name: velo, terms: [vélo, cyclable], columns: [title, tags], top: 50 }
  - { name: bus, terms: [bus, tram], match: word, top: 10 }
  - { name: rien, terms: [zzyzx] }
`

/** Returns the folder of Airflow's programs. Without them it adds one skipped test, so that the suite is not skipped silently. */
export function airflowOrSkip(suite: string): string | undefined {
  const environment = airflowEnvironment()
  const reason = 'Airflow is not installed; to install it: scripts/services install airflow'
  if (environment === undefined) test(suite, ({ skip }) => skip(reason))
  return environment && join(environment, 'bin')
}

/** Runs a program of Airflow that needs no server, in its own home folder. */
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
