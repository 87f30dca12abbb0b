import type { NotifyTarget } from '../config/target.ts'
import type { Wording } from './message.ts'
import type { News } from './news.ts'

/** A message that only shows that a target is reached: `notify --test`. */
export interface TestNews {
  readonly event: 'test'
}

/** A message to one target, not yet in the format of its channel. */
export interface Delivery {
  readonly target: NotifyTarget
  readonly news: News | TestNews
  readonly wording: Omit<Wording, 'literal'>
  /** Identifies the message: a retry has the same id. */
  readonly id: string
}

/** Why a channel could not deliver a message, and whether a retry can help. */
export class DeliveryError extends Error {
  constructor(
    message: string,
    readonly retryable: boolean,
  ) {
    super(message)
  }
}
