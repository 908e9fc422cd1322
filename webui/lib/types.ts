import type { components } from './api'

export type Answer = components['schemas']['Answer']
export type Chart = components['schemas']['Chart']
export type Column = components['schemas']['ResultColumn']
export type Param = components['schemas']['Param']
export type Problem = components['schemas']['Problem']
export type Step = components['schemas']['Step']
export type Table = components['schemas']['Table']
export type Row = unknown[]
