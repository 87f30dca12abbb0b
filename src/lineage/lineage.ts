import type { Context } from '../context.ts'
import type { RunObserver } from '../runs/observer.ts'
import type { RunRecord } from '../runs/record.ts'
import { stripControls } from '../text/stripControls.ts'
import { toRunEvent } from './events.ts'
import { createTransport } from './transport.ts'

/**
 * Sends an OpenLineage event when a run starts and when it ends: https://openlineage.io/docs/spec/object-model
 *
 * @param address the setting `lineage`: `file:FILE`, or the URL of a collector
 */
export function createLineageObserver(
  address: string,
  context: Pick<Context, 'config' | 'archive' | 'documents'>,
): RunObserver {
  const send = createTransport(address, context.config)
  const sendEvent = async (run: RunRecord) => {
    const event = toRunEvent(run, context)
    try {
      await send(event)
    } catch (error) {
      const why = stripControls((error as Error).message)
      throw new Error(`cannot send the ${event.eventType} event to the lineage collector: ${why}`, { cause: error })
    }
  }
  return { onBegin: sendEvent, onEnd: sendEvent }
}
