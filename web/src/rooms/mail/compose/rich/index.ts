// What the editor fetches beside itself: one chunk.
export { Parser, extras } from './extras'
export { cleanPaste } from './paste'
export { Tools } from './Tools'
