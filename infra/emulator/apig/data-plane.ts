import { type ProxyServer, type ProxyService, startProxy } from './proxy/index.ts'
import type { RequestHead } from './proxy/match.ts'
import type { GatewayRefusal } from './proxy/refusal.ts'
import type { Site } from './proxy/site.ts'

/** The addresses of gateway services: each service has its own port on 127.0.0.1. */
export interface DataPlane {
  /** The address of the first service. Without a service, it answers 503. */
  url: string
  /**
   * Gives a service an address: the first one if it is free, else a new one. It is known in the next turn of the event
   * loop.
   */
  openAddress(serviceId: string): void
  urlOf(serviceId: string): string | undefined
  /** Takes the address away from a service, if it has one. */
  closeAddress(serviceId: string): void
  close(): Promise<void>
}

export interface DataPlaneOptions {
  /** The port of the first service; 0 takes a free one. */
  port: number
  admit?: ((head: RequestHead) => GatewayRefusal | undefined) | undefined
  site?: Site | undefined
  /** Called at each request; undefined if the service does not exist. */
  proxyServiceOf: (serviceId: string) => ProxyService | undefined
}

interface ServiceAddress {
  serviceId: string | undefined
  proxy?: ProxyServer
}

/** Starts to listen at the first address. Rejects with the system's error if the port is taken. */
export async function startDataPlane({ port, admit, site, proxyServiceOf }: DataPlaneOptions): Promise<DataPlane> {
  const listen = (address: ServiceAddress, port: number) => {
    const service = () => {
      if (address.serviceId === undefined) return noService
      return proxyServiceOf(address.serviceId) ?? noService
    }
    return startProxy({ port, admit, site, service })
  }
  const first: ServiceAddress = { serviceId: undefined }
  const proxy = await listen(first, port)
  first.proxy = proxy
  const others = new Map<string, ServiceAddress>()
  const closing = new Set<Promise<void>>()

  const closeAddress = (serviceId: string) => {
    if (first.serviceId === serviceId) first.serviceId = undefined
    const address = others.get(serviceId)
    if (!address) return
    address.serviceId = undefined
    others.delete(serviceId)
    if (address.proxy) closeLater(address.proxy)
  }
  const closeLater = (other: ProxyServer) => {
    const closed = other.close().finally(() => closing.delete(closed))
    closing.add(closed)
  }

  return {
    url: proxy.url,
    openAddress: (serviceId) => {
      if (first.serviceId === undefined) {
        first.serviceId = serviceId
        return
      }
      const address: ServiceAddress = { serviceId }
      others.set(serviceId, address)
      listen(address, 0).then(
        (other) => {
          if (address.serviceId === undefined) closeLater(other)
          else address.proxy = other
        },
        (error) => console.error(error), // no free port: the service stays without an address
      )
    },
    urlOf: (serviceId) => (first.serviceId === serviceId ? proxy.url : others.get(serviceId)?.proxy?.url),
    closeAddress,
    close: async () => {
      for (const serviceId of [...others.keys()]) closeAddress(serviceId)
      await Promise.all([proxy.close(), ...closing])
    },
  }
}

const noService: ProxyService = {
  api: { service: 'apig', region: '' },
  refusal: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'There is no gateway service at this address.',
  },
  routes: [],
}
