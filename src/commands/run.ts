import { announced } from '../notify/announce.ts'
import { run } from '../pipeline/pipeline.ts'
import type { Io } from './io.ts'
import { carryOut } from './order.ts'

export default (io: Io): Promise<void> => carryOut(io, io.options.notify === false ? run : announced(run))
