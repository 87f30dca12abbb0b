/**
 * Masks the secret parameters of an address: passwords, tokens, keys, and the signatures of presigned addresses, such as those of
 * S3 (`X-Amz-Signature`) and Azure (`sig`).
 */
export const maskParameters = (address: string): string =>
  address.replace(
    /([?&;,](?:sig|[^=&;,]*(?:password|token|secret|key|properties|signature|credential)[^=&;,]*)=)[^&]*/gi,
    '$1***',
  )
