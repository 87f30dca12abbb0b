import { readFile } from 'node:fs/promises'
import { replaceMetricsFile } from './metricsFile.ts'

/** A run that has no record: it failed before it began, or the document store could not be reached. */
export interface UnrecordedRun {
  readonly command: string
  readonly started: Date
  readonly ended: Date
  readonly exitCode: number
}

const ENDED = 'datagouv_tops_last_run_ended_timestamp_seconds'
const DURATION = 'datagouv_tops_last_run_duration_seconds'
const EXIT_CODE = 'datagouv_tops_last_run_exit_code'

/**
 * Sets the values of a command's last run in the metrics file, and keeps all other values, which only the document store has. Without
 * this, the alerts would go on seeing the success of the week before. Does nothing if the file already shows the run.
 */
export async function writeUnrecordedRun(path: string, run: UnrecordedRun): Promise<void> {
  const text = await readIfExists(path)
  const [started, ended] = [run.started.getTime() / 1000, run.ended.getTime() / 1000]
  const shown = linesOf(text).find((line) => line.startsWith(labelled(ENDED, run.command)))
  if (shown !== undefined && Number(shown.split(' ')[1]) >= started) return
  const values = { [ENDED]: ended, [DURATION]: ended - started, [EXIT_CODE]: run.exitCode }
  const changed = Object.entries(values).reduce(
    (all, [name, value]) => withSample(all, name, run.command, value),
    linesOf(text),
  )
  await replaceMetricsFile(path, String(process.pid), async () => `${changed.join('\n')}\n`)
}

async function readIfExists(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new Error(`cannot update the metrics file ${path}: ${(error as Error).message}`, { cause: error })
  }
}

const linesOf = (text: string) => (text === '' ? [] : text.trimEnd().split('\n'))
const labelled = (name: string, command: string) => `${name}{command="${command}"} `

/** Prometheus accepts a type without a help text, so a new file needs none. */
function withSample(lines: readonly string[], name: string, command: string, value: number): string[] {
  const type = `# TYPE ${name} gauge`
  const sample = labelled(name, command)
  const others = lines.filter((line) => !line.startsWith(sample))
  const all = others.includes(type) ? others : [...others, type]
  return all.toSpliced(all.indexOf(type) + 1, 0, sample + String(value))
}
