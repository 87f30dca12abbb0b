import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

const NO_INODES = 'the disk has no inodes left, so it holds too many files; remove some and run again'
const NO_BYTES = 'the disk is full; make room and run again'

/** Why the disk under a path takes no more, when the system says only that it is full: the bytes are used up, or the inodes. */
export function fullDiskReason(path: string): string {
  return lackOf(path) ?? NO_BYTES
}

/** What the disk under a path lacks; undefined when it lacks nothing that can be seen. */
export function lackOf(path: string): string | undefined {
  try {
    const { files, ffree, bavail } = statfsSync(path)
    // Some file systems (btrfs) do not count inodes and say 0 of 0.
    if (files > 0 && ffree === 0) return NO_INODES
    return bavail === 0 ? NO_BYTES : undefined
  } catch {
    // The path is new: its folder's disk counts.
    return dirname(path) === path ? undefined : lackOf(dirname(path))
  }
}
