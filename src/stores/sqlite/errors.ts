import { closeSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { fullDiskReason, shortageOf } from '../disk.ts'

const ELSEWHERE = 'or name another file in the setting documents'

/** Codes of SQLite and of the file system, matched by prefix, each with its remedy. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'another process has locked it for too long; run again later'],
  [/^EDQUOT/, 'the disk quota is used up; make room and run again'],
  [
    /^SQLITE_READONLY_ROLLBACK/,
    'a process was killed while writing to it; let a user with write permission run any command, such as "show", to restore it',
  ],
  [/^SQLITE_READONLY|^EROFS/, `it is read-only; give this user write permission for it and its folder, ${ELSEWHERE}`],
  [/^SQLITE_NOTADB/, `the file is not an SQLite database; move it away, ${ELSEWHERE}`],
  [/^SQLITE_CORRUPT/, 'the file is damaged; restore it from a backup, or move it away and publish again'],
  [/^SQLITE_IOERR|^EIO/, 'the disk reports an error; check it before the next run'],
  [/^(EACCES|EPERM|SQLITE_PERM)/, `permission denied; give this user access to it, ${ELSEWHERE}`],
  [/^(ENOTDIR|EEXIST)/, `a file stands where a folder should be; move it away, ${ELSEWHERE}`],
  [
    /^SQLITE_CANTOPEN/,
    `it cannot be opened; check that it is a file and that this user may read it, or write it and its folder, ${ELSEWHERE}`,
  ],
]

/** The low byte of an extended code is the primary one: https://www.sqlite.org/rescode.html */
const PRIMARY_CODES: Readonly<Record<number, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
}

/**
 * Explains an error of SQLite or of the file system. Returns undefined for any other error, which is a bug.
 *
 * @param file the database
 */
export function reasonOf(error: unknown, file: string): string | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  if (/^SQLITE_(FULL|IOERR_SHMSIZE)|^ENOSPC/.test(code)) return fullDiskReason(dirname(file))
  if (/^SQLITE_(READONLY|CANTOPEN)/.test(code) && hasWriteAheadLog(file)) return WRITE_AHEAD_LOG
  // SQLite cannot open the journal that it needs beside the file, and does not say why.
  const shortage = /^SQLITE_(CANTOPEN|IOERR)/.test(code) ? shortageOf(dirname(file)) : undefined
  if (shortage !== undefined) return shortage
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? `${code}: ${(error as Error).message.split('\n')[0]}`
}

const WRITE_AHEAD_LOG =
  'it uses a write-ahead log, as version 0.1 did, and this user may not write to its folder; let a user with write permission run "run" once, to convert the file'

/** Byte 18 of the file is 2 when it uses one: https://www.sqlite.org/fileformat.html */
function hasWriteAheadLog(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r')
    const header = Buffer.alloc(19)
    readSync(descriptor, header)
    closeSync(descriptor)
    return header[18] === 2
  } catch {
    return false
  }
}

/** Whether another process has locked the file. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  // When libsql cannot open a file, its error has this message and no code.
  if (message.startsWith('ConnectionFailed(')) return 'SQLITE_CANTOPEN'
  // libsql has no names for some extended codes: 1544 is SQLITE_READONLY_DIRECTORY, a folder that this user may not write.
  const extended = code?.match(/^UNKNOWN_SQLITE_ERROR_(\d+)$/)?.[1]
  if (extended !== undefined) return PRIMARY_CODES[Number(extended) & 0xff] ?? code
  return code?.startsWith('SQLITE_') || syscall !== undefined ? code : undefined
}
