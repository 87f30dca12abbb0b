/** Whether a text is an ID of the portal: 24 hexadecimal digits, for datasets and organizations alike. */
export const isPortalId = (text: string) => /^[0-9a-f]{24}$/.test(text)
