import { useRef, type ReactNode } from 'react'
import { Router } from 'wouter'
import { useBrowserLocation, useSearch } from 'wouter/use-browser-location'
import { KeysActive } from '~/kit/keys'
import { roomOf } from './rooms'

// Where each room was left, so that its icon leads back there.
const left = new Map<string, string>()

/** The last address of a room, if it was open before. */
export function lastPlace(room: string): string | undefined {
  return left.get(room)
}

/**
 * Gives a room its own addresses: while another room is in view, it keeps the
 * last one, is not drawn, takes no keys and no focus, and loses nothing.
 */
export function RoomPlace({ room, shown, children }: { room: string; shown: boolean; children: ReactNode }) {
  const path = useRef(room === 'mail' ? '/' : `/${room}`)
  const query = useRef('')
  const hooks = useRef({
    location: ((): ReturnType<typeof useBrowserLocation> => {
      const [now, go] = useBrowserLocation()
      if (roomOf(now) === room) path.current = now
      return [path.current, go]
    }) as typeof useBrowserLocation,
    search: ((): string => {
      const now = useSearch()
      if (roomOf(location.pathname) === room) {
        query.current = now
        left.set(room, path.current + (now ? `?${now.replace(/^\?/, '')}` : ''))
      }
      return query.current
    }) as typeof useSearch,
  })
  return (
    <Router hook={hooks.current.location} searchHook={hooks.current.search}>
      <KeysActive value={shown}>
        <div style={{ display: shown ? 'contents' : 'none' }} inert={!shown}>
          {children}
        </div>
      </KeysActive>
    </Router>
  )
}
