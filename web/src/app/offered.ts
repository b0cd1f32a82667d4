import { createContext } from 'react'

/** The capabilities that the server offers the person: rooms that need one are shown only then. */
export const OfferedContext = createContext<Record<string, unknown>>({})
