export { default, metadata } from './query/page'
