import type { Identity } from '~/api/jmap'
import { textToHtml } from './draft'

/** The post that a letter is written as: its title, and the unit with those above it. */
export interface WritingPost {
  title: string
  unit: string
}

const HAN = /\p{Script=Han}/u

/** The name with the title, as the reader's list shows it: in the brackets of the title's script. */
export function nameAs(name: string, title: string): string {
  return HAN.test(title) ? `${name}（${title}）` : `${name} (${title})`
}

/** Who signs: an identity as it is, or in a post, whose title and unit then stand in name and signature. */
export function asPost(identity: Identity, post: WritingPost | undefined): Identity {
  if (!post) return identity
  const textSignature = [identity.name, post.title, post.unit].filter(Boolean).join('\n')
  return { ...identity, name: nameAs(identity.name, post.title), textSignature, htmlSignature: textToHtml(textSignature) }
}

/** The post in the name of a saved draft, which keeps nothing else of it; its unit is found again with the posts. */
export function postIn(name: string | null | undefined, own: string): WritingPost | undefined {
  const title = own && name?.startsWith(own) ? /^\s*[（(](.+)[)）]$/u.exec(name.slice(own.length))?.[1] : undefined
  return title ? { title, unit: '' } : undefined
}
