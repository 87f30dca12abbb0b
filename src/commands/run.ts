import { run } from '../pipeline/pipeline.ts'
import type { Io } from './io.ts'
import { carryOut } from './order.ts'

export default (io: Io): Promise<void> => carryOut(io, run)
