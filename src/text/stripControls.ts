/** Replaces control and text-direction characters with spaces, so untrusted text cannot forge terminal output. */
export function stripControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
