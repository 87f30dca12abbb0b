export { createQueries, match } from './matcher'
export { allocate, spare } from './memory'
export { open, reportAt, reserve, scan } from './scanner'
