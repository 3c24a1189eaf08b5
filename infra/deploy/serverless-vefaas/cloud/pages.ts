import type { Client, ServiceName } from './client.ts'

/** The maximum of APIG; veFaaS documents none. The default is 10. */
const PAGE_SIZE = 100

/**
 * Calls a List action for every page and returns all items, each once.
 * @throws {CloudError}
 */
export async function listAll<Item>(
  client: Client,
  service: ServiceName,
  action: string,
  body: object = {},
): Promise<Item[]> {
  const items: Item[] = []
  const ids = new Set<string>()
  let readCount = 0
  for (let PageNumber = 1; ; PageNumber++) {
    const page = await client.call<{ Items?: Item[] | null; Total?: number }>(service, action, {
      ...body,
      PageNumber,
      PageSize: PAGE_SIZE,
    })
    const pageItems = page.Items ?? []
    readCount += pageItems.length
    for (const item of pageItems) {
      const { Id, RevisionNumber } = item as { Id?: string; RevisionNumber?: number }
      const id = JSON.stringify([Id, RevisionNumber]) // a revision has the Id of its function
      // An item that is created between two reads shifts the pages, so that another item appears twice.
      if (Id === undefined || !ids.has(id)) items.push(item)
      ids.add(id)
    }
    // Some responses have no Total, or 0: then a page that is not full is the last one.
    const isLast = page.Total ? readCount >= page.Total : pageItems.length < PAGE_SIZE
    if (isLast || pageItems.length === 0) return items
  }
}
