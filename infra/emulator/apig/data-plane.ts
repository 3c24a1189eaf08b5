import { type ProxyServer, type ProxyService, startProxy } from './proxy/index.ts'
import type { RequestHead } from './proxy/match.ts'
import type { GatewayRefusal } from './proxy/refusal.ts'
import type { Site } from './proxy/site.ts'

/** Where gateway services are reached: each at an address of its own on 127.0.0.1. */
export interface DataPlane {
  /** The address of the first service; it is there, and refuses, also before and after it. */
  url: string
  /** Gives a service an address: the first one if it is free, else a new one. It is known in the next turn of the loop. */
  openAddress(serviceId: string): void
  urlOf(serviceId: string): string | undefined
  /** Takes its address from a service; a service without one is none of its business. */
  closeAddress(serviceId: string): void
  close(): Promise<void>
}

export interface DataPlaneOptions {
  /** Of the first service; 0 takes a free one. */
  port: number
  admit?: ((target: RequestHead) => GatewayRefusal | undefined) | undefined
  site?: Site | undefined
  /** What a service answers with, asked at each request; undefined when it is gone. */
  proxyServiceOf: (serviceId: string) => ProxyService | undefined
}

interface ServiceAddress {
  serviceId: string | undefined
  proxy?: ProxyServer
}

/** Begins to listen at the first address. Rejects with the system's error when the port is taken. */
export async function startDataPlane({ port, admit, site, proxyServiceOf }: DataPlaneOptions): Promise<DataPlane> {
  const listen = (place: ServiceAddress, port: number) => {
    const service = () => (place.serviceId && proxyServiceOf(place.serviceId)) || noService
    return startProxy({ port, admit, site, service })
  }
  const first: ServiceAddress = { serviceId: undefined }
  const proxy = await listen(first, port)
  first.proxy = proxy
  const others = new Map<string, ServiceAddress>()
  const closing = new Set<Promise<void>>()

  const closeAddress = (serviceId: string) => {
    if (first.serviceId === serviceId) first.serviceId = undefined
    const place = others.get(serviceId)
    if (!place) return
    place.serviceId = undefined
    others.delete(serviceId)
    if (place.proxy) closeLater(place.proxy)
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
      const place: ServiceAddress = { serviceId }
      others.set(serviceId, place)
      listen(place, 0).then(
        (other) => {
          if (place.serviceId === undefined) closeLater(other)
          else place.proxy = other
        },
        (error) => console.error(error), // no port is left: the service stays without an address
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
