import { statfsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Returns how many bytes this user can still write to the disk of a path, which need not exist yet. */
export async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    return freeBytes(dirname(path))
  }
}

const NO_INODES = 'the disk has no inodes left, so it holds too many files; remove some and run again'
const NO_BYTES = 'the disk is full; make room and run again'

/** Explains why the disk of a path is full. The system reports the same error for missing bytes and for missing inodes. */
export function fullDiskReason(path: string): string {
  return shortageOf(path) ?? NO_BYTES
}

/** Returns why the disk of a path is full; undefined if it seems to have room. */
export function shortageOf(path: string): string | undefined {
  try {
    const { files, ffree, bavail } = statfsSync(path)
    // Some file systems (btrfs) do not count inodes and say 0 of 0.
    if (files > 0 && ffree === 0) return NO_INODES
    return bavail === 0 ? NO_BYTES : undefined
  } catch {
    // The path does not exist yet, so look at its folder.
    return dirname(path) === path ? undefined : shortageOf(dirname(path))
  }
}
