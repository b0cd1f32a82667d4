/** Somebody, or a list, who can be chosen. */
export interface Choice {
  name: string | null
  email: string
  /** Unit, post and rank, so that people of one name are told apart. */
  note: string
}

/** A unit of the organisation's tree; parents come before children, in their order. */
export interface TreeUnit {
  id: string
  parentId: string | null
  name: string
  /** People in it and in those below, each once. */
  total: number
}

/** Where a picker finds people. */
export interface PeopleSource {
  recent: Choice[]
  units: () => Promise<TreeUnit[]>
  /** People of a unit by rank; with `below` those of all units under it too. */
  people: (unitId: string, below: boolean) => Promise<Choice[]>
  lists: () => Promise<Choice[]>
  search: (text: string) => Promise<Choice[]>
}
