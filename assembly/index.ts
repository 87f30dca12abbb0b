export { match } from './matcher'
export { allocate, freeBytes } from './memory'
export { createQueries } from './queries'
export { open, reportAddress, reserve, scan } from './scanner'
