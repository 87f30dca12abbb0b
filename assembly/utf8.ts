/** Whether a byte continues a character. */
export function isContinuation(byte: u8): bool {
  return (byte & 0xc0) === 0x80
}

/** Decodes the character that begins at `at`. The scanner has validated the bytes. */
export function characterAt(at: usize): u32 {
  const byte = load<u8>(at) as u32
  if (byte < 0x80) return byte
  const second = (load<u8>(at, 1) as u32) & 0x3f
  if (byte < 0xe0) return ((byte & 0x1f) << 6) | second
  const third = (load<u8>(at, 2) as u32) & 0x3f
  if (byte < 0xf0) return ((byte & 0x0f) << 12) | (second << 6) | third
  return ((byte & 0x07) << 18) | (second << 12) | (third << 6) | ((load<u8>(at, 3) as u32) & 0x3f)
}

/** Returns the length of a character in bytes. */
export function lengthOf(character: u32): usize {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4
}
