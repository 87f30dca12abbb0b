export { match } from './matcher'
export { allocate, spare } from './memory'
export { createQueries } from './queries'
export { open, reportAt, reserve, scan } from './scanner'
