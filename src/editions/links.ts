// URLs of pages on the portal.

export const datasetPage = (portal: string, id: string) => `${portal}/datasets/${encodeURIComponent(id)}/`
export const organizationPage = (portal: string, id: string) => `${portal}/organizations/${encodeURIComponent(id)}/`
