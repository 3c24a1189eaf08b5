import type { Client, ServiceName } from './client.ts'

/** The most that APIG gives; for veFaaS no limit is documented. Left out, a page has 10 and the rest is overlooked. */
const PAGE_SIZE = 100

/** Calls a List action for every page, and returns all items, each once. @throws CloudError */
export async function listAll<Item>(
  client: Client,
  service: ServiceName,
  action: string,
  body: object = {},
): Promise<Item[]> {
  const items: Item[] = []
  const ids = new Set<string>()
  let seen = 0
  for (let PageNumber = 1; ; PageNumber++) {
    const page = await client.call<{ Items?: Item[] | null; Total?: number }>(service, action, {
      ...body,
      PageNumber,
      PageSize: PAGE_SIZE,
    })
    const got = page.Items ?? []
    seen += got.length
    for (const item of got) {
      const { Id, RevisionNumber } = item as { Id?: string; RevisionNumber?: number }
      const id = JSON.stringify([Id, RevisionNumber]) // the Id of a revision is that of its function
      // What is made while pages are read shifts them.
      if (Id === undefined || !ids.has(id)) items.push(item)
      ids.add(id)
    }
    // Some answers have no Total, or 0: then a page that is not full is the last one.
    if (got.length === 0 || seen >= (page.Total || (got.length < PAGE_SIZE ? 0 : Number.POSITIVE_INFINITY))) {
      return items
    }
  }
}
