import type { Email } from '~/api/jmap'
import type { Draft } from './draft'

/** How a message begins. */
export type ComposeStart =
  | { how: 'new'; to?: string }
  | { how: 'reply' | 'replyAll' | 'forward'; email: Email }
  | { how: 'draft'; email: Email }
  /** Taken up again just as it was left, after an undo. */
  | { how: 'resume'; draft: Draft; emailId: string | null }
