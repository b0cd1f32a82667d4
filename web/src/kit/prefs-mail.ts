/** The colours of labels and folders; each is a pair for both themes in Labels.module.css. */
export const COLOURS = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'] as const
export type Colour = (typeof COLOURS)[number]

/** A keyword of RFC 8621 section 4.1.1 with the name and colour that one person gave it. */
export interface Label {
  keyword: string
  name: string
  colour: Colour
}

export interface SavedSearch {
  id: string
  name: string
  query: string
}

export const SORTS = ['date', 'oldest', 'from', 'subject', 'size', 'unread', 'starred', 'files'] as const
export type SortName = (typeof SORTS)[number]

/** What one person chose for their mail. Places are named "account/box". */
export interface MailChoices {
  labels: Label[]
  searches: SavedSearch[]
  recentSearches: string[]
  /** Folders moved to lately, the latest first. */
  recentFolders: string[]
  folderColours: Record<string, Colour>
  sorts: Record<string, SortName>
  /** Where the conversation view differs from the person's general choice. */
  conversationsAt: Record<string, boolean>
}

export const noMailChoices: MailChoices = { labels: [], searches: [], recentSearches: [], recentFolders: [], folderColours: {}, sorts: {}, conversationsAt: {} }
