import { maskParameters } from '../text/maskParameters.ts'

/** Returns an address as it may be shown, stored and published: without user, password and secret parameters. */
export const shownUrl = (url: string): string => maskParameters(url.replace(/\/\/[^/?#]*@/, '//***@'))
