/** The environment variable for the format of stderr; --log-format overrides it. */
export const LOG_FORMAT_VARIABLE = 'DATAGOUV_TOPS_LOG_FORMAT'

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** Whether stderr is written as JSON. This is needed before settings are resolved, to report errors in them. */
export function isJsonLog(flag: string | undefined): boolean {
  return (flag ?? process.env[LOG_FORMAT_VARIABLE]) === 'json'
}

/** Formats a line of a JSON log. Undefined fields are omitted. */
export function logLine(level: Level, message: string, more: object): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`
}
