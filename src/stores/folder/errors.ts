import { fullDiskReason } from '../disk.ts'

const ELSEWHERE = 'or name another folder in the setting archive'

/** The partial file was swept. */
const SWEPT = 'its partial file is gone, removed by another run or by hand; run again'

/** Error codes of the file system, each with its remedy. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: `permission denied; give this user access to it, ${ELSEWHERE}`,
  EPERM: `not permitted; give this user access to it, ${ELSEWHERE}`,
  EROFS: 'the file system is read-only; name another folder in the setting archive',
  EDQUOT: 'the disk quota is used up; make room and run again',
  EMFILE: 'too many files are open; raise the limit (ulimit -n) and run again',
  ENFILE: 'too many files are open on this machine; run again later',
  EEXIST: `a file stands where a folder should be; move it away, ${ELSEWHERE}`,
  ENOTDIR: `a file stands where a folder should be; move it away, ${ELSEWHERE}`,
  EISDIR: `a folder stands where a file should be; move it away, ${ELSEWHERE}`,
  ENAMETOOLONG: 'the name is too long for this file system; give the watch a shorter one',
  ELOOP: `its symbolic links form a circle; fix them, ${ELSEWHERE}`,
  ENOENT: 'there is no such file or folder',
  EIO: 'the disk reports an error; check it before the next run',
}

/**
 * Explains an error of the file system and its remedy. Returns undefined for any other error, which is a bug.
 *
 * @param root the archive's folder
 */
export function reasonOf(error: unknown, verb: string, root: string): string | undefined {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return undefined
  if (code === 'ENOSPC') return fullDiskReason(root)
  if (verb === 'finish' && code === 'ENOENT') return SWEPT
  // The system's own message, without the path that follows it.
  return REASONS[code] ?? message.split(',')[0]!
}
