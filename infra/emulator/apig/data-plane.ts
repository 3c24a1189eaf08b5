import { type ProxyServer, type Service, startProxy } from './proxy/index.ts'
import type { Target } from './proxy/match.ts'
import type { Refusal } from './proxy/refusal.ts'
import type { Site } from './proxy/site.ts'

/** Where gateway services are reached: each at an address of its own on 127.0.0.1. */
export interface DataPlane {
  /** The address of the first service; it is there, and refuses, also before and after it. */
  url: string
  /** Gives a service an address: the first one if it is free, else a new one. It is known in the next turn of the loop. */
  open(serviceId: string): void
  urlOf(serviceId: string): string | undefined
  /** Takes its address from a service; a service without one is none of its business. */
  shut(serviceId: string): void
  close(): Promise<void>
}

export interface DataPlaneOptions {
  /** Of the first service; 0 takes a free one. */
  port: number
  admit?: ((target: Target) => Refusal | undefined) | undefined
  site?: Site | undefined
  /** What a service answers with, asked at each request; undefined when it is gone. */
  serving: (serviceId: string) => Service | undefined
}

interface Place {
  serviceId: string | undefined
  proxy?: ProxyServer
}

/** Begins to listen at the first address. Rejects with the system's error when the port is taken. */
export async function startDataPlane({ port, admit, site, serving }: DataPlaneOptions): Promise<DataPlane> {
  const listen = (place: Place, port: number) => {
    const service = () => (place.serviceId && serving(place.serviceId)) || noService
    return startProxy({ port, admit, site, service })
  }
  const first: Place = { serviceId: undefined }
  const proxy = await listen(first, port)
  first.proxy = proxy
  const others = new Map<string, Place>()
  const closing = new Set<Promise<void>>()

  const shut = (serviceId: string) => {
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
    open: (serviceId) => {
      if (first.serviceId === undefined) {
        first.serviceId = serviceId
        return
      }
      const place: Place = { serviceId }
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
    shut,
    close: async () => {
      for (const serviceId of [...others.keys()]) shut(serviceId)
      await Promise.all([proxy.close(), ...closing])
    },
  }
}

const noService: Service = {
  api: { service: 'apig', region: '' },
  refusal: {
    status: 503,
    code: 'ServiceUnavailable',
    message: 'There is no gateway service at this address.',
  },
  routes: [],
}
