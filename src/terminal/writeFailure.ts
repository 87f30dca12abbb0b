import { getSystemErrorMap } from 'node:util'
import { Failure } from '../errors.ts'

/** Errors in the choice of the file. Another path helps. */
const WRONG_PATH: Readonly<Record<string, string>> = {
  EEXIST: 'the file exists. Choose another name.',
  ENOENT: 'its folder does not exist. Create the folder first.',
  ENOTDIR: 'its folder is a file. Choose another path.',
  EISDIR: 'it is a folder. Add the name of a file.',
  EACCES: 'you have no permission to write there. Choose another path.',
  EPERM: 'you have no permission to write there. Choose another path.',
  EROFS: 'its file system is read-only. Choose another path.',
  ENAMETOOLONG: 'its name is too long. Choose a shorter one.',
  ELOOP: 'its symbolic links form a circle. Choose another path.',
}

/** Errors of the disk or the device. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space, and run the command again.',
  EDQUOT: 'Free some space, and run the command again.',
}

/**
 * Returns the error for a file, or stdout, that cannot be written.
 *
 * @param name as the message shows it: `"tops.csv"`, `to stdout`
 */
export function writeFailure(name: string, error: NodeJS.ErrnoException): Failure {
  const { code = '', errno, message } = error
  const wrong = WRONG_PATH[code]
  if (wrong !== undefined) return new Failure('usage', `cannot write ${name}: ${wrong}`, { cause: error })
  const [, reason = message] = getSystemErrorMap().get(errno ?? 0) ?? []
  const remedy = REMEDIES[code] ?? 'Check the disk or the device behind it, and run the command again.'
  return new Failure('store', `cannot write ${name}: ${reason} (${code}). ${remedy}`, { cause: error })
}
