import { fetch } from '../pipeline/pipeline.ts'
import type { CommandInput } from './io.ts'
import { reportUnscheduled, runStep } from './runStep.ts'

export default (io: CommandInput): Promise<void> =>
  runStep(
    io,
    async (request, context) => {
      await reportUnscheduled(io, request.date, context)
      return fetch(request, context)
    },
    'fetch',
  )
