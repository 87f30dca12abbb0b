/** Says in which format stderr is written when no flag does. */
export const LOG_FORMAT_VARIABLE = 'DATAGOUV_TOPS_LOG_FORMAT'

export type Level = 'debug' | 'info' | 'warn' | 'error'

/** Whether stderr is for machines. Asked before settings are resolved, since what is wrong with them is said there too. */
export function isJson(flag: string | undefined): boolean {
  return (flag ?? process.env[LOG_FORMAT_VARIABLE]) === 'json'
}

/** One line of a log for machines: a JSON object. Fields that are undefined are left out. */
export function logLine(level: Level, message: string, more: object): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`
}
