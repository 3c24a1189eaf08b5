import { type Actions, actionsByVersion } from '../gateway/service.ts'
import type { Action } from './action.ts'
import {
  checkConsumerExist,
  createConsumer,
  deleteConsumer,
  getConsumer,
  listConsumers,
  updateConsumer,
} from './consumer-actions.ts'
import {
  checkConsumerCredentialExist,
  createConsumerCredential,
  deleteConsumerCredential,
  listConsumerCredentials,
} from './credential-actions.ts'
import {
  checkGatewayExist,
  createGateway,
  deleteGateway,
  getGateway,
  listGateways,
  updateGateway,
} from './gateway-actions.ts'
import {
  checkGatewayServiceExist,
  createGatewayService,
  deleteGatewayService,
  getGatewayService,
  listGatewayServices,
  updateGatewayService,
} from './gateway-service-actions.ts'
import { createPlugin, deletePlugin, getPlugin, updatePlugin } from './plugin-actions.ts'
import {
  createPluginBinding,
  deletePluginBinding,
  getPluginBinding,
  listPluginBindings,
  updatePluginBinding,
} from './plugin-binding-actions.ts'
import { checkRouteExist, createRoute, deleteRoute, getRoute, listRoutes, updateRoute } from './route-actions.ts'
import {
  checkUpstreamExist,
  checkUpstreamSpecExist,
  createUpstream,
  deleteUpstream,
  getUpstream,
  listUpstreams,
  updateUpstream,
} from './upstream-actions.ts'

/** The emulated actions of APIG. */
export const actions: Actions<Action> = actionsByVersion({
  '2021-03-03': {
    CreateGateway: createGateway,
    GetGateway: getGateway,
    ListGateways: listGateways,
    UpdateGateway: updateGateway,
    DeleteGateway: deleteGateway,
    CheckGatewayExist: checkGatewayExist,
    CreateGatewayService: createGatewayService,
    GetGatewayService: getGatewayService,
    ListGatewayServices: listGatewayServices,
    UpdateGatewayService: updateGatewayService,
    DeleteGatewayService: deleteGatewayService,
    CheckGatewayServiceExist: checkGatewayServiceExist,
    CreateUpstream: createUpstream,
    GetUpstream: getUpstream,
    ListUpstreams: listUpstreams,
    UpdateUpstream: updateUpstream,
    DeleteUpstream: deleteUpstream,
    CheckUpstreamExist: checkUpstreamExist,
    CheckUpstreamSpecExist: checkUpstreamSpecExist,
    CreateConsumer: createConsumer,
    GetConsumer: getConsumer,
    ListConsumers: listConsumers,
    UpdateConsumer: updateConsumer,
    DeleteConsumer: deleteConsumer,
    CheckConsumerExist: checkConsumerExist,
    CreateConsumerCredential: createConsumerCredential,
    ListConsumerCredentials: listConsumerCredentials,
    DeleteConsumerCredential: deleteConsumerCredential,
    CheckConsumerCredentialExist: checkConsumerCredentialExist,
    CreatePluginBinding: createPluginBinding,
    GetPluginBinding: getPluginBinding,
    ListPluginBindings: listPluginBindings,
    UpdatePluginBinding: updatePluginBinding,
    DeletePluginBinding: deletePluginBinding,
  },
  '2022-11-12': {
    CreateRoute: createRoute,
    GetRoute: getRoute,
    ListRoutes: listRoutes,
    UpdateRoute: updateRoute,
    DeleteRoute: deleteRoute,
    CheckRouteExist: checkRouteExist,
    CreatePlugin: createPlugin,
    GetPlugin: getPlugin,
    UpdatePlugin: updatePlugin,
    DeletePlugin: deletePlugin,
  },
})
